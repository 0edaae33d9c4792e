namespace KvmTraceLab.Analysis.Compare.Statistics;

/// <summary>Student's t distribution with any positive number of degrees of freedom.</summary>
internal static class StudentT
{
    /// <summary>P(|t| ≤ <paramref name="t"/>).</summary>
    public static double Within(double t, double dof) => 1 - IncompleteBeta(dof / (dof + (t * t)), dof / 2, 0.5);

    /// <summary>The t that |t| stays below with probability <paramref name="confidence"/>.</summary>
    public static double TwoSided(double confidence, double dof)
    {
        double high = 1;
        while (Within(high, dof) < confidence && high < 1e12) high *= 2;
        double low = 0;
        for (int i = 0; i < 100; i++)
        {
            double middle = (low + high) / 2;
            if (Within(middle, dof) < confidence) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }

    /// <summary>The regularised incomplete beta function, by its continued fraction (modified Lentz).</summary>
    private static double IncompleteBeta(double x, double a, double b)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        double front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        return x < (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - (front * Fraction(1 - x, b, a) / b);
    }

    private static double Fraction(double x, double a, double b)
    {
        const double tiny = 1e-300;
        double c = 1;
        double d = 1 / NotZero(1 - ((a + b) * x / (a + 1)));
        double result = d;
        for (int m = 1; m < 500; m++)
        {
            double even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / NotZero(1 + (even * d));
            c = NotZero(1 + (even / c));
            result *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / NotZero(1 + (odd * d));
            c = NotZero(1 + (odd / c));
            result *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-14) break;
        }

        return result;

        static double NotZero(double v) => Math.Abs(v) < tiny ? tiny : v;
    }

    /// <summary>ln Γ(x) for x &gt; 0: Stirling's series after shifting x above 10.</summary>
    private static double LogGamma(double x)
    {
        double shift = 0;
        while (x < 10)
        {
            shift -= Math.Log(x);
            x++;
        }

        double r = 1 / (x * x);
        double series = (1.0 / 12) - (r * ((1.0 / 360) - (r * ((1.0 / 1260) - (r / 1680)))));
        return shift + ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (series / x);
    }
}
