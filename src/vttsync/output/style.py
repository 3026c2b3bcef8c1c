"""What the pages look like: light and dark by the reader's choice, and on paper."""

STYLE = """
:root {
  --paper: #fff; --desk: #f4f5f7; --ink: #1c2127; --soft: #5a6572; --line: #dde1e6;
  --ok: #17703f; --ok-paper: #e2f4e9; --bad: #b3261e; --bad-paper: #fce8e6;
  --warn: #855300; --warn-paper: #fdf0d5; --blue: #2457c5; --blue-paper: #e4ecfb;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #1b1f24; --desk: #121519; --ink: #e7eaee; --soft: #9aa5b1; --line: #333a43;
    --ok: #5fd394; --ok-paper: #143524; --bad: #ff8f86; --bad-paper: #45201d;
    --warn: #efb65c; --warn-paper: #3b2c10; --blue: #8fb2ff; --blue-paper: #1d2d4d;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--desk); color: var(--ink); overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main { max-width: 1120px; margin: 0 auto; padding: 24px 20px 48px; }
header, section {
  background: var(--paper); border: 1px solid var(--line); border-radius: 10px;
  padding: 18px 20px; margin: 0 0 16px;
}
header { border-left: 6px solid var(--ok); }
header.wrong { border-left-color: var(--bad); }
.about { margin: 0; color: var(--soft); }
h1 { margin: 4px 0 6px; font-size: 26px; line-height: 1.25; }
h1 .badge { font-size: inherit; padding: 2px 14px; border-radius: 8px; }
h2 { margin: 0 0 6px; font-size: 18px; line-height: 1.3; }
h3 { margin: 16px 0 4px; font-size: 15px; }
p { margin: 0 0 10px; }
.told { margin: 0; font-size: 16px; }
.note, figcaption { color: var(--soft); font-size: 13.5px; }
.badge {
  display: inline-block; padding: 0 8px; border-radius: 5px; font-weight: 600; white-space: nowrap;
  background: var(--desk); color: var(--soft);
}
.badge.ok { background: var(--ok-paper); color: var(--ok); }
.badge.bad { background: var(--bad-paper); color: var(--bad); }
.badge.warn { background: var(--warn-paper); color: var(--warn); }
dl { margin: 0; }
dd { margin: 0; }
.facts div { display: grid; grid-template-columns: 10em 1fr; gap: 2px 12px; padding: 2px 0; }
.facts dt { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 12px; }
.tiles div { border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px; }
.tiles dd { font-size: 21px; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles dt { color: var(--soft); font-size: 13px; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--blue); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 10px; text-align: left; border-bottom: 1px solid var(--line);
  overflow-wrap: normal; vertical-align: top; }
thead th { color: var(--soft); font-weight: 500; font-size: 13px; white-space: nowrap; }
tbody th { font-weight: 500; }
tbody tr:last-child > * { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; }
pre {
  margin: 0; padding: 8px 10px; background: var(--desk); border-radius: 6px; overflow-x: auto;
  white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate;
}
code { font: 12.5px/1.45 var(--mono); }
figure { margin: 0; }
svg { display: block; max-width: none; }
svg text { font: 12px/1 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  fill: var(--soft); }
details { border-top: 1px solid var(--line); padding: 8px 0; }
summary { cursor: pointer; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; margin: 8px 0; }
.sides h4 { margin: 0 0 4px; font-size: 13px; font-weight: 500; color: var(--soft); }
.sides > div { min-width: 0; }
@media (max-width: 640px) {
  main { padding: 10px 8px 32px; }
  header, section { padding: 14px 12px; border-radius: 8px; }
  h1 { font-size: 22px; }
  .sides { grid-template-columns: 1fr; }
  .facts div { grid-template-columns: 1fr; padding: 4px 0; }
  th, td { padding: 5px 6px; }
}
@media print {
  :root {
    --paper: #fff; --desk: #f4f5f7; --ink: #000; --soft: #444; --line: #bbb;
    --ok: #17703f; --ok-paper: #fff; --bad: #b3261e; --bad-paper: #fff;
    --warn: #855300; --warn-paper: #fff; --blue: #2457c5; --blue-paper: #e4ecfb;
    color-scheme: light;
  }
  @page { margin: 14mm; }
  body { background: #fff; font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  header, section { border-radius: 0; border-width: 1px 0 0; padding: 10px 0; margin: 0 0 8px; }
  header { border: 0; border-left: 6px solid var(--ok); padding-left: 12px; }
  h2, h3, summary { break-after: avoid; }
  tr, figure, .sides, pre { break-inside: avoid; }
  .badge { border: 1px solid currentColor; }
  .scroll { overflow: visible; }
  svg { max-width: 100%; height: auto; }
  details::details-content { content-visibility: visible; block-size: auto; }
  summary { list-style: none; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""
