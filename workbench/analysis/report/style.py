"""The look of reports: one style sheet for the page, one for its charts, light and dark."""

PALETTE = """
:root,svg.chart{color-scheme:light dark;--paper:#fff;--raised:#f6f7f9;--ink:#1b2430;--quiet:#5b6775;
--edge:#d9dee5;--accent:#0b63c4;--s0:#5b6775;--s1:#0072b2;--s2:#c25e00;--s3:#00795a;--s4:#a0527f;
--s5:#8a6d00;--s6:#c23b22;--s7:#5a55c8;--s8:#3f4a57}
@media (prefers-color-scheme:dark){:root,svg.chart{--paper:#0f1318;--raised:#161b22;--ink:#d7dce2;
--quiet:#94a1b0;--edge:#2a333e;--accent:#6cb6ff;--s0:#94a1b0;--s1:#56b4e9;--s2:#e6a02c;--s3:#2fbf8f;
--s4:#e889b8;--s5:#f0e05a;--s6:#ff7f4f;--s7:#a6a6ff;--s8:#d0d0d0}}
"""
"""Colours by name. Series keep apart for the common kinds of colour blindness, and differ by dashes
too."""

CHART = (
    """
svg.chart text{font:12px system-ui,sans-serif;fill:var(--quiet)}
svg.chart .paper{fill:var(--paper)}
svg.chart .grid{stroke:var(--edge);stroke-width:1}
svg.chart .axis{stroke:var(--quiet);stroke-width:1;fill:none}
svg.chart .rule{stroke:var(--quiet);stroke-width:1.2;stroke-dasharray:2 4}
svg.chart .named,svg.chart .source{font-size:11px}
svg.chart .named,svg.chart .end{paint-order:stroke;stroke:var(--paper);stroke-width:4px}
svg.chart .line{fill:none;stroke-width:2;stroke-linejoin:round}
svg.chart .line.dashes{stroke-dasharray:7 5;stroke-width:1.6}
svg.chart .dots{fill:none;stroke-width:4;stroke-linecap:round;stroke-opacity:.4}
svg.chart .marks{fill:none;stroke-width:8;stroke-linecap:round;stroke-opacity:.85}
svg.chart .band{stroke:none;fill-opacity:.14}
svg.chart .end{font-weight:600}
"""
    + "".join(
        f"svg.chart .line.s{n},svg.chart .dots.s{n},svg.chart .marks.s{n}{{stroke:var(--s{n})}}"
        f"svg.chart .end.s{n},svg.chart .band.s{n}{{fill:var(--s{n})}}"
        for n in range(9)
    )
    + "".join(
        f"svg.chart .line.s{n}:not(.dashes){{stroke-dasharray:{dashes}}}"
        for n, dashes in enumerate(
            ("none", "9 2", "2 2", "9 2 2 2", "5 4", "1 3", "7 2 2 2 2 2"), 2
        )
    )
)

PAGE = """
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main,footer{max-width:980px;margin:0 auto;padding:0 24px}
header{padding-top:40px}
h1{font-size:30px;line-height:1.2;margin:0 0 6px}
h2{font-size:21px;margin:52px 0 12px;padding-bottom:6px;border-bottom:1px solid var(--edge)}
h3{font-size:16px;margin:30px 0 8px}
p{max-width:72ch;margin:10px 0;overflow-wrap:anywhere}
.lead{color:var(--quiet);font-size:17px;margin:0 0 18px}
nav{margin:22px 0 0;display:flex;flex-wrap:wrap;gap:6px 8px}
nav a{color:var(--ink);text-decoration:none;border:1px solid var(--edge);border-radius:99px;
padding:2px 12px;font-size:14px}
nav a:hover,nav a:focus{border-color:var(--accent);color:var(--accent)}
dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;
margin:18px 0}
dl.facts div{background:var(--raised);border:1px solid var(--edge);border-radius:10px;
padding:10px 14px;min-width:0}
dl.facts dt{color:var(--quiet);font-size:13px}
dl.facts dd{margin:0;font-size:21px;font-weight:650;overflow-wrap:anywhere;
font-variant-numeric:tabular-nums}
dl.facts dd small{display:block;font-size:13px;font-weight:400;color:var(--quiet)}
.scroll{overflow-x:auto;border:1px solid var(--edge);border-radius:10px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:6px 11px;text-align:left;vertical-align:top;border-bottom:1px solid var(--edge)}
td{overflow-wrap:break-word;max-width:46ch}
tr:last-child td{border-bottom:0}
thead th{background:var(--raised);font-weight:600;color:var(--quiet);white-space:nowrap}
th.n,td.n{text-align:right;white-space:nowrap}
tbody tr:hover{background:var(--raised)}
figure{margin:22px 0}
svg.chart{width:100%;height:auto;display:block}
figcaption,.note{color:var(--quiet);font-size:13px;max-width:86ch;margin:6px 0 0;
overflow-wrap:anywhere}
figcaption b{color:var(--ink)}
footer{color:var(--quiet);font-size:13px;padding-top:40px;padding-bottom:48px;
overflow-wrap:anywhere}
@media print{nav{display:none}figure,.scroll{break-inside:avoid}}
"""
