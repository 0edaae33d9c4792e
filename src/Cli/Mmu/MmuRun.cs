using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Cli.Mmu;

/// <summary>Runs a subcommand: where the result goes, and what trouble becomes.</summary>
internal static class MmuRun
{
    /// <summary>
    /// Runs <paramref name="work"/> on standard output or, when <paramref name="file"/> is given, on a temporary beside it that
    /// is renamed at the end. Bad input is one line on <paramref name="error"/> and exit code 2; a closed pipe is success.
    /// </summary>
    public static int Guard(TextWriter output, TextWriter error, string? file, Func<TextWriter, int> work)
    {
        try
        {
            if (file is null)
                return OnPipe(output, work);
            string temporary = $"{file}.{Environment.ProcessId}.tmp";
            try
            {
                int code;
                using (var writer = new StreamWriter(temporary) { NewLine = "\n" })
                    code = work(writer);
                File.Move(temporary, file, overwrite: true);
                return code;
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (MmuUsageException e)
        {
            error.WriteLine($"ktl: {SafeText.Clean(e.Message.ReplaceLineEndings(" "))}");
            return 2;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"ktl: {SafeText.Clean(Trouble(file ?? "standard input", e))}");
            return 2;
        }
    }

    /// <summary>Opens an input file, or says in one line why not.</summary>
    public static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new MmuUsageException(Trouble(path, e));
        }
    }

    // The published tool carries no framework messages, so the words are ours.
    private static string Trouble(string path, Exception e) => e switch
    {
        FileNotFoundException => $"{path}: no such file; give a path, or - for standard input",
        DirectoryNotFoundException => $"{path}: no such directory",
        UnauthorizedAccessException => $"{path}: a directory, or no permission",
        _ => $"{path}: cannot be read or written ({e.GetType().Name})",
    };

    // Only the result is written to the pipe while this runs: inputs are read before, so an IOException here is a reader that left.
    private static int OnPipe(TextWriter output, Func<TextWriter, int> work)
    {
        var buffered = new PipeWriter(output);
        try
        {
            int code = work(buffered);
            buffered.Flush();
            return code;
        }
        catch (PipeClosedException)
        {
            return 0;
        }
    }

    private sealed class PipeClosedException(IOException inner) : Exception("the reader of standard output left", inner);

    /// <summary>Collects text and tells a failing output from a failing input.</summary>
    private sealed class PipeWriter : TextWriter
    {
        private const int BlockChars = 1 << 15;
        private readonly TextWriter _output;
        private readonly System.Text.StringBuilder _block = new(BlockChars);

        public PipeWriter(TextWriter output)
        {
            _output = output;
            NewLine = "\n";
        }

        public override System.Text.Encoding Encoding => _output.Encoding;

        public override void Write(char value)
        {
            _block.Append(value);
            if (_block.Length >= BlockChars)
                Flush();
        }

        public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

        public override void Write(string? value) => Write(value.AsSpan());

        public override void Write(ReadOnlySpan<char> buffer)
        {
            _block.Append(buffer);
            if (_block.Length >= BlockChars)
                Flush();
        }

        public override void Flush()
        {
            try
            {
                _output.Write(_block);
                _output.Flush();
                _block.Clear();
            }
            catch (IOException e)
            {
                throw new PipeClosedException(e);
            }
        }
    }
}
