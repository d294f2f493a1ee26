// node audit.mjs FOLDER: looks at every page of a folder in a browser, and prints it on A4 and Letter.
// One line of JSON for each page, scheme and width: what axe objects to, what scrolls sideways, what was fetched.
// With pictures as second argument, pictures of what one sees first are written beside the pages.
import {readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const require = createRequire(import.meta.url);
const {chromium} = require('playwright-core');
const axe = require('axe-core');

const [folder, pictures] = process.argv.slice(2);
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const VIEWS = [['light', 320], ['dark', 1280]];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});

async function look(name, scheme, width) {
  const context = await browser.newContext({colorScheme: scheme, reducedMotion: 'reduce', viewport: {width, height: 800}, bypassCSP: true});
  const page = await context.newPage();
  const fetched = [], said = [];
  page.on('request', request => fetched.push(request.url()));
  page.on('console', message => said.push(message.text()));
  const address = pathToFileURL(`${folder}/${name}`).href;
  await page.goto(address);
  if (pictures) await page.screenshot({path: `${folder}/${name}-${scheme}-${width}.png`});
  const large = await page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('.headline')).fontSize));
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  await page.evaluate(axe.source);
  const found = await page.evaluate(rules => axe.run(document, {runOnly: rules}), RULES);
  await context.close();
  return {
    name, scheme, width, large, sideways, said, passes: found.passes.length,
    violations: found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.target.join(' ')).join(', ')}`),
    unsure: found.incomplete.map(one => one.id), fetched: fetched.filter(url => url !== address),
  };
}

// Printed as the page is, with its own policy, in a dark scheme, and without backgrounds, as browsers do by themselves.
async function print(name) {
  const context = await browser.newContext({colorScheme: 'dark'});
  const page = await context.newPage();
  const said = [];
  page.on('console', message => said.push(message.text()));
  await page.goto(pathToFileURL(`${folder}/${name}`).href);
  for (const format of ['A4', 'Letter']) await page.pdf({path: `${folder}/${name}-${format}.pdf`, format, printBackground: false});
  await context.close();
  return {name, said};
}

for (const name of readdirSync(folder).filter(name => name.endsWith('.html')).sort()) {
  for (const [scheme, width] of VIEWS) console.log(JSON.stringify(await look(name, scheme, width)));
  console.log(JSON.stringify(await print(name)));
}
await browser.close();
