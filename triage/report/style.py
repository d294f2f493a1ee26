"""How the HTML page looks: light and dark, from 320 pixels to across a room, and on paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1b1f; --quiet: #5a5a66; --rule: #8a8a96; --link: #0b4f9e;
  --alarm: #a3121c; --alarm-paper: #fdeceb; --soon: #7a4a00; --soon-paper: #fff4dd;
  --calm: #17613a; --calm-paper: #e9f6ee;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #16161a; --ink: #ececf1; --quiet: #a9a9b6; --rule: #787886; --link: #9cc7ff;
    --alarm: #ff9a94; --alarm-paper: #3a1416; --soon: #ffc766; --soon-paper: #33260c;
    --calm: #8ad9a8; --calm-paper: #12301f;
  }
}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, sans-serif; background: var(--paper); color: var(--ink); }
body { max-width: 46rem; margin: 0 auto; padding: 1rem; overflow-wrap: break-word; }
h1 { font-size: 1.1rem; margin: 0; }
h2 { font-size: 1.4rem; line-height: 1.25; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1.1rem; line-height: 1.3; margin: 1.5rem 0 .25rem; }
header p, p { margin: .5rem 0; }
ul { margin: .5rem 0; padding-left: 1.25rem; }
li { margin: .25rem 0; }
.mark { color: var(--quiet); font-size: .85em; }
a { color: var(--link); }
.callout { border: .2rem solid; border-left-width: .8rem; padding: .75rem 1rem; margin: 1rem 0; }
.callout p { color: var(--ink); }
.headline { font-size: clamp(1.7rem, 1rem + 4.5vw, 3.6rem); font-weight: 700; line-height: 1.15; }
.callout .headline { color: inherit; margin: 0 0 .75rem; }
.alarm { color: var(--alarm); background: var(--alarm-paper); }
.soon { color: var(--soon); background: var(--soon-paper); }
.calm { color: var(--calm); background: var(--calm-paper); }
.callout .mark { color: inherit; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .5rem .4rem 0; }
tr { border-bottom: 1px solid var(--rule); }
tbody th { font-weight: 600; }
.answers tbody th { width: 35%; }
.bar { display: inline-block; white-space: nowrap; line-height: 1; margin-right: .4rem; }
.bar i { display: inline-block; width: .9em; height: .9em; margin-right: .15em; vertical-align: -.1em; }
.bar .off { border: 1px solid var(--rule); }
.bar .on { height: 0; border-top: .9em solid var(--ink); }
.against .bar .on { border-top-style: double; }
.contents a { display: inline-block; padding: .2rem 0; }
.notes { display: none; }
@media print {
  @page { margin: 12mm 14mm; }
  html { font-size: 9pt; font-size-adjust: .519; line-height: 1.3; }
  header { display: flex; flex-wrap: wrap; gap: 0 6mm; align-items: baseline; }
  body { max-width: none; padding: 0; }
  h2 { font-size: 11pt; margin: 7pt 0 2pt; break-after: avoid; }
  h3 { font-size: 10pt; margin: 6pt 0 2pt; break-after: avoid; }
  p, header p, ul, .callout, table { margin: 2pt 0; }
  .callout { padding: 4pt 8pt; }
  th, td { padding: 1.5pt 4pt 1.5pt 0; }
  li { margin: .5pt 0; break-inside: avoid; }
  .callout, tr { break-inside: avoid; }
  .headline { font-size: 18pt; }
  .callout .headline { margin-bottom: 3pt; }
  .many { columns: 2; column-gap: 8mm; }
  .inside .many { columns: 1; }
  .contents { display: none; }
  .notes { display: block; break-inside: avoid; }
  .notes .line { height: 7.5mm; margin: 0; border-bottom: 1px solid #777; }
  .inside { break-before: page; columns: 2; column-gap: 8mm; font-size: 8.5pt; }
}
"""
