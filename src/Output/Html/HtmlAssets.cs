namespace KvmTraceLab.Output.Html;

/// <summary>The page's style and its script. Both are named by hash in the content security policy, so they are constants.</summary>
internal static class HtmlAssets
{
    public const string Css = """

        :root{--back:#fff;--text:#1f2328;--faint:#57606a;--line:#d8dee4;--soft:#f6f8fa;--link:#0969da;--bug:#a40e26;--trouble:#b35900;--notice:#7d5200;--caution:#6639ba;--fact:#57606a}
        @media screen and (prefers-color-scheme:dark){:root{--back:#0d1117;--text:#e6edf3;--faint:#9da7b3;--line:#30363d;--soft:#161b22;--link:#58a6ff;--bug:#ff7b86;--trouble:#ffa657;--notice:#f0c419;--caution:#c4a5ff;--fact:#9da7b3}}
        body{margin:0 auto;max-width:1200px;padding:1.5rem;background:var(--back);color:var(--text);font:15px/1.5 system-ui,"DejaVu Sans",Helvetica,Arial,sans-serif}
        h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}
        h2{font-size:1.2rem;border-bottom:1px solid var(--line);padding-bottom:.2rem;margin:2rem 0 .7rem}
        h3{font-size:1.05rem;margin:1.4rem 0 .5rem}
        h4,h5,h6{font-size:.95rem;margin:1rem 0 .4rem;color:var(--faint)}
        p{margin:.5rem 0;overflow-wrap:anywhere}
        a{color:var(--link)}
        code,pre,.x{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.87em}
        .made,.note,.foot{color:var(--faint)}
        .findings{list-style:none;padding:0}
        .findings li{border-left:4px solid var(--fact);background:var(--soft);padding:.6rem 1rem;margin:.7rem 0;overflow-wrap:anywhere}
        .findings p{margin:.3rem 0;max-width:75rem}
        .findings code{display:inline-block;max-width:100%}
        .findings .bug{border-color:var(--bug)}.findings .trouble{border-color:var(--trouble)}.findings .notice{border-color:var(--notice)}.findings .caution{border-color:var(--caution)}
        .mark{text-transform:uppercase;font-size:.75rem;font-weight:700;letter-spacing:.04em;color:var(--fact)}
        .bug .mark{color:var(--bug)}.trouble .mark{color:var(--trouble)}.notice .mark{color:var(--notice)}.caution .mark{color:var(--caution)}
        nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem}
        dl{margin:.7rem 0;display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.3rem 1.2rem}dt{font-weight:600}dd{margin:0}summary{cursor:pointer;font-weight:600;margin-top:2rem}
        figure{margin:1rem 0;overflow-x:auto}
        figure svg{display:block;width:100%;min-width:700px;max-width:1000px;height:auto}
        .table{overflow-x:auto}
        table{border-collapse:collapse;font-size:.87rem}
        th,td{padding:.2rem .5rem;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
        td.x,tbody th.x{font-size:.95em}
        .t{white-space:normal;overflow-wrap:break-word;min-width:14rem;max-width:40rem}
        thead th,thead th.x{background:var(--soft);white-space:normal;vertical-align:bottom;font-family:inherit;font-size:inherit}
        tbody th{font-weight:400}
        th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
        th[aria-sort=ascending] button::after{content:" ▲"}
        th[aria-sort=descending] button::after{content:" ▼"}
        .n{text-align:right;font-variant-numeric:tabular-nums}
        pre{background:var(--soft);border:1px solid var(--line);padding:.7rem;white-space:pre-wrap;overflow-wrap:anywhere}
        pre span{display:block;padding-left:4ch;text-indent:-4ch}
        @media print{th button{display:contents}body{max-width:none;padding:0;font-size:10pt}nav,details:not([open]){display:none}.table{overflow:visible}th,td{white-space:normal;min-width:0;padding:.1rem .3rem}figure{overflow:visible}figure svg{min-width:0;max-width:100%}figure,tr,.findings li{break-inside:avoid}h2,h3,h4{break-after:avoid}}

        """;

    /// <summary>Words that a reader of the page alone has nowhere else to look up. Closed until asked for; needs no script.</summary>
    public const string Glossary = """
        <details id="words">
        <summary>What the words mean</summary>
        <dl>
        <dt>Bug</dt><dd>KVM broke one of its own rules.</dd>
        <dt>Trouble</dt><dd>Something is wrong in the guest, in the VMM (QEMU, for instance) or in the host.</dd>
        <dt>Notice</dt><dd>Worth a look, often normal.</dd>
        <dt>Caution</dt><dd>The trace lacks something that a conclusion needs.</dd>
        <dt>Exit</dt><dd>A virtual CPU stops running guest code because KVM has to do something for it. Its reason says what, its RIP at which guest instruction.</dd>
        <dt>Loop</dt><dd>A sequence of events of one thread that repeats. Its period is the number of events, a turn is one round of it.</dd>
        <dt>Progress</dt><dd>What changes from turn to turn: a value that was read, an address, the RIP, or none of them.</dd>
        <dt>L0, L1, L2</dt><dd>L0 is the host's KVM, L1 its guest, L2 a guest that L1 runs itself (nested virtualisation).</dd>
        <dt>EPT violation, NPF</dt><dd>The guest touched memory that KVM has not mapped in that way, on Intel and AMD. Most are expected: KVM maps the page and the guest goes on.</dd>
        <dt>SPTE</dt><dd>An entry of the page tables that KVM maintains for the processor.</dd>
        <dt>Verdict</dt><dd>What a model of KVM's MMU says about one fault. EXPECTED_… and SPURIOUS_OK are healthy, BUG_… and LIVELOCK… are not. For UNDECIDABLE the trace does not have enough.</dd>
        <dt>Signature</dt><dd>A known pattern, such as L01, with its meaning. Its confidence says how well the trace carries it.</dd>
        </dl>
        </details>

        """;

    public const string Script = """

        "use strict";
        for (const table of document.querySelectorAll("table")) {
          const body = table.tBodies[0];
          const heads = [...table.tHead.rows[0].cells];
          heads.forEach((head, column) => {
            const button = document.createElement("button");
            button.type = "button";
            button.title = "Sort by this column";
            button.textContent = head.textContent;
            head.replaceChildren(button);
            button.addEventListener("click", () => {
              const numeric = head.classList.contains("n");
              const down = head.hasAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : numeric;
              for (const other of heads) other.removeAttribute("aria-sort");
              head.setAttribute("aria-sort", down ? "descending" : "ascending");
              const key = row => {
                const cell = row.cells[column];
                return numeric ? (cell.dataset.v === undefined ? -Infinity : Number(cell.dataset.v)) : cell.textContent;
              };
              const rows = [...body.rows].map(row => [key(row), row]);
              rows.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) * (down ? -1 : 1));
              body.append(...rows.map(pair => pair[1]));
            });
          });
        }

        """;
}
