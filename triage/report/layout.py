"""How the PDF looks, in typst's own language. Texts come in as data, so they are never read as markup."""

LAYOUT = r"""
#let data = json(bytes(sys.inputs.data))
#let inks = (alarm: rgb("#a3121c"), soon: rgb("#7a4a00"), calm: rgb("#17613a"))
#let steps = ("none", "weak", "moderate", "strong")
#let many = 6

#set document(title: data.title, author: (), date: none)
// As wide as A4 and as high as Letter: prints on both without being scaled.
#set page(
  width: 210mm, height: 279.4mm, margin: (x: 15mm, top: 13mm, bottom: 16mm), footer-descent: 5mm,
  footer: context {
    set text(8pt)
    data.title
    h(1fr)
    counter(page).display("1 / 1", both: true)
  },
)
#set text(lang: data.language, size: 10pt, hyphenate: false)
#set par(leading: .5em, spacing: .62em)
#set list(spacing: .5em, indent: 0pt, body-indent: .5em)
#show regex("\[[^\[\]]*\]"): set text(size: .85em, fill: luma(30%))
#show heading.where(level: 1): set text(.93em)
#show heading.where(level: 2): set text(.88em)
#show heading: set block(above: 1.1em, below: .55em, sticky: true)
#show title: set text(.8em)
#show title: set block(below: .5em)
#set table(stroke: (_, _) => (bottom: .5pt + luma(50%)), inset: (left: 0pt, right: .8em, y: .3em))

#let points(part, wide) = {
  if not wide or part.points.len() < many { return list(..part.points) }
  let half = calc.ceil(part.points.len() / 2)
  grid(
    columns: (1fr, 1fr), column-gutter: 6mm,
    list(..part.points.slice(0, half)), list(..part.points.slice(half)),
  )
}

#let callout(part) = {
  let ink = inks.at(part.tone)
  block(
    width: 100%, above: .8em, below: .8em, inset: (x: .8em, y: .7em),
    stroke: (left: 5pt + ink, rest: 1pt + ink),
    {
      for large in (part.title, part.beside).filter(large => large != "") {
        block(below: 1.1em, text(1.9em, weight: "bold", fill: ink, par(leading: .45em, large)))
      }
      for line in part.lines { par(line) }
    },
  )
}

#let squares(count, fill) = box(
  stack(dir: ltr, spacing: .12em, ..range(1, steps.len()).map(step => square(
    size: .72em, stroke: .5pt + luma(35%), fill: if step <= count { fill },
  ))),
)
#let stripes = tiling(size: (3pt, 3pt), place(line(start: (0pt, 1pt), end: (3pt, 1pt), stroke: 1.4pt)))

#let chart(part) = table(
  columns: (1fr, 8em, 8em),
  table.header(..part.head.map(strong)),
  ..part.bars.map(bar => (
    strong(bar.label),
    squares(bar.supporting, black) + h(.5em) + steps.at(bar.supporting),
    squares(bar.against, stripes) + h(.5em) + steps.at(bar.against),
  )).flatten(),
)

#let rows(part) = table(
  columns: (32%, 1fr),
  table.header(..part.head.map(strong)),
  ..part.rows.map(((name, said)) => (strong(name), said)).flatten(),
)

#let notes(part) = block(breakable: false, above: 1.1em, {
  heading(level: 1, part.title)
  for _ in range(part.lines) {
    v(7.5mm)
    line(length: 100%, stroke: .5pt + luma(45%))
  }
})

#let shown = (
  Heading: (part, _) => if part.level == 1 { title() } else { heading(level: part.level - 1, part.text) },
  Paragraph: (part, _) => par(part.text),
  Bullets: points,
  Callout: (part, _) => callout(part),
  Chart: (part, _) => chart(part),
  Table: (part, _) => rows(part),
  Notes: (part, _) => notes(part),
)
#let all(parts, wide: false) = for part in parts { (shown.at(part.kind))(part, wide) }

// The first page is set as large as lets it fit.
#let sizes = (11pt, 10.5pt, 10pt, 9.5pt, 9pt, 8.5pt, 8pt)
#let (first, ..others) = data.pages
#layout(room => {
  let set-in(size) = text(size, all(first, wide: true))
  let fits(size) = measure(block(width: room.width, set-in(size))).height <= room.height
  let size = sizes.find(fits)
  set-in(if size == none { sizes.last() } else { size })
})
#set page(columns: 2)
#set columns(gutter: 7mm)
#set text(9pt)
#others.map(all).join(pagebreak(weak: true))
"""
