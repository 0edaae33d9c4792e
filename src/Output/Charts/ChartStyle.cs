using System.Text;

namespace KvmTraceLab.Output.Charts;

/// <summary>
/// The colours of all charts, light and dark. Plain rules without variables, since rsvg-convert knows none. Series colours are
/// told apart by people with the common colour blindnesses (after Okabe and Ito), stand out from the background by 3:1 or more (WCAG AA),
/// and repeat from the eleventh series on.
/// </summary>
internal static class ChartStyle
{
    private static readonly string[] Light = ["#0072b2", "#d55e00", "#009e73", "#c46a9c", "#b58900", "#3f97cc", "#7f3c8d", "#666666", "#7a9a1c", "#e7298a"];
    private static readonly string[] Dark = ["#4aa3df", "#ff8c42", "#2fc79a", "#e59bc4", "#f0c419", "#8fd0ff", "#b683c9", "#aaaaaa", "#7f8f2e", "#ff6fb5"];
    private static readonly string[] LightHeat = ["#fde0c5", "#facba6", "#f59a6e", "#e0563b", "#99102e"];
    private static readonly string[] DarkHeat = ["#3b1f33", "#6b2748", "#a83a55", "#e0673f", "#ffd27a"];

    public static string Css { get; } = Build();

    private static string Build()
    {
        var css = new StringBuilder("""

            .ktl-chart text{font-family:system-ui,"DejaVu Sans",Helvetica,Arial,sans-serif;font-size:12px}
            .ktl-chart .ktl-title{font-size:15px;font-weight:600}
            .ktl-chart .ktl-empty{text-anchor:middle}
            .ktl-chart .rz-axis-title text{text-anchor:middle}
            .ktl-chart .rz-grid-line,.ktl-chart .rz-line,.ktl-chart .rz-tick-line{shape-rendering:crispEdges}
            .ktl-chart .rz-area-series path{fill-opacity:.85}
            .ktl-stacked .rz-area-series path+path{display:none}
            .ktl-heatmap .rz-value-axis .rz-tick-line{display:none}
            .ktl-chart .ktl-band{fill:#e69f00;fill-opacity:.18}
            .ktl-chart .ktl-loss{fill:#d0021b;fill-opacity:.22}
            .ktl-heatmap .ktl-band,.ktl-heatmap .ktl-loss{fill:none;stroke-width:1.5}
            .ktl-heatmap .ktl-band-label,.ktl-heatmap .ktl-loss-label,.ktl-heatmap .ktl-mark-label{font-weight:600}
            .ktl-heatmap .ktl-band{stroke:#b58900}
            .ktl-heatmap .ktl-loss{stroke:#d0021b}

            """);
        Colours(css, "#ffffff", "#24292f", "#57606a", "#d8dee4", "#8a5a00", "#a40e26", "#6639ba", Light, LightHeat);
        css.Append("@media screen and (prefers-color-scheme:dark){\n");
        Colours(css, "#0d1117", "#e6edf3", "#9da7b3", "#30363d", "#f0c419", "#ff7b86", "#c4a5ff", Dark, DarkHeat);
        css.Append("}\n");
        return css.ToString().Replace("\r", "", StringComparison.Ordinal);
    }

    private static void Colours(
        StringBuilder css, string back, string text, string faint, string grid, string band, string loss, string mark, string[] series, string[] heat)
    {
        css.Append($".ktl-chart .ktl-back{{fill:{back}}}\n");
        css.Append($".ktl-chart text{{fill:{text}}}\n.ktl-chart .rz-tick-text{{fill:{faint}}}\n");
        css.Append($".ktl-chart .rz-grid-line{{stroke:{grid}}}\n.ktl-chart .rz-line,.ktl-chart .rz-tick-line{{stroke:{faint}}}\n");
        css.Append($".ktl-chart .ktl-band-label{{fill:{band}}}\n.ktl-chart .ktl-loss-label{{fill:{loss}}}\n");
        css.Append($".ktl-chart .ktl-band-label,.ktl-chart .ktl-loss-label,.ktl-chart .ktl-mark-label{{paint-order:stroke;stroke:{back};stroke-width:3px;stroke-linejoin:round}}\n");
        css.Append($".ktl-chart .ktl-mark,.ktl-chart .ktl-mark-label{{fill:{mark}}}\n");
        for (var i = 0; i < 20; i++)
        {
            var colour = series[i % series.Length];
            css.Append($".ktl-chart .rz-series-{i} path{{stroke:{colour}}}\n");
            css.Append($".ktl-chart .rz-area-series.rz-series-{i} path:first-child{{fill:{colour};stroke:none}}\n");
            css.Append($".ktl-chart .rz-series-{i} .ktl-swatch,.ktl-chart .rz-bar-series.rz-series-{i} path{{fill:{colour}}}\n");
        }

        for (var i = 0; i < heat.Length; i++) css.Append($".ktl-chart .ktl-heat-{i},.ktl-chart .ktl-heat-{i} .ktl-swatch{{fill:{heat[i]};stroke:none}}\n");
    }
}
