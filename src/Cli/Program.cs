Console.WriteLine("ktl");
