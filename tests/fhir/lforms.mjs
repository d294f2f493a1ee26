// Fills FHIR forms with NLM's LHC-Forms in a headless browser, as a hospital's software would. Reads requests
// from standard input and answers each with a line. {"questionnaire", "response"} shows the form with its answers:
//   {"visible": link ids that a person sees, "response": what the form gives back} or {"error"}.
// {"again": milliseconds} looks at the same form once more, later. {"end": true} ends it, with what the browser
// complained about and every request that left this machine.
// LFORMS names the folder of the unpacked package; CHROMIUM the browser.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const folder = process.env.LFORMS;
const kinds = { ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".html": "text/html" };
// The files of FHIR have to come after the modules, hence `defer`.
const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>LHC-Forms</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/webcomponent/styles.css"></head>
<body><div id="form"></div><script src="/webcomponent/assets/lib/zone.min.js"></script>
${["runtime", "polyfills", "main"].map((name) => `<script src="/webcomponent/${name}.js" type="module"></script>`).join("")}
<script defer src="/fhir/R4/lformsFHIR.min.js"></script></body></html>`;

const server = createServer((request, answer) => {
  const path = normalize(request.url.split("?")[0]);
  if (path === "/") return answer.setHeader("content-type", "text/html").end(page);
  const file = join(folder, path);
  if (!file.startsWith(folder) || !existsSync(file)) return answer.writeHead(404).end();
  answer.setHeader("content-type", kinds[extname(file)] ?? "application/octet-stream");
  createReadStream(file).pipe(answer);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const home = `http://127.0.0.1:${server.address().port}/`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
});
const complaints = [];
const outside = [];

async function open() {
  const tab = await browser.newPage();
  tab.on("pageerror", (error) => complaints.push(error.message.slice(0, 300)));
  tab.on("console", (said) => said.type() === "error" && complaints.push(said.text().slice(0, 300)));
  tab.on("request", (request) => /^(data:|blob:)/.test(request.url()) || request.url().startsWith(home) || outside.push(request.url()));
  await tab.goto(home);
  await tab.waitForFunction("window.LForms?.Util?.addFormToPage && window.LForms?.FHIR?.R4");
  return tab;
}

/** Runs in the browser: shows the form with its answers and waits until it rests. */
async function show([questionnaire, response]) {
  const place = document.getElementById("form");
  const { Util } = window.LForms;
  Util.removeFormsFromPage(place);
  let form = Util.convertFHIRQuestionnaireToLForms(questionnaire, "R4");
  if (response) form = Util.mergeFHIRDataIntoLForms(response, form, "R4");
  await Util.addFormToPage(form, place);
  await new Promise((rest) => {
    let timer = setTimeout(rest, 200);
    const watch = new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => { watch.disconnect(); rest(); }, 200);
    });
    watch.observe(place, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}

/** Runs in the browser: what a person sees of the form, and what it would give back. */
function look() {
  const place = document.getElementById("form");
  const shown = [...place.querySelectorAll(".lhc-item")].filter((item) => item.offsetParent !== null);
  return {
    visible: shown.map((item) => item.id.replace(/^item-/, "").replace(/(\/\d+)+$/, "")),
    response: window.LForms.Util.getFormFHIRData("QuestionnaireResponse", "R4", place),
  };
}

async function answered(tab, request) {
  try {
    if (request.again) await tab.waitForTimeout(request.again);
    else await tab.evaluate(show, [request.questionnaire, request.response ?? null]);
    return await tab.evaluate(look);
  } catch (error) {
    return { error: String(error) };
  }
}

const say = (told) => process.stdout.write(JSON.stringify(told) + "\n");
const tab = await open();
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (request.end) break;
  say(await answered(tab, request));
}
say({ complaints, outside, version: await tab.evaluate("LForms.lformsVersion") });
await browser.close();
server.close();
process.stdin.destroy();
