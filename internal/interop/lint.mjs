// Lints OpenAPI documents with all of Spectral's rules for OpenAPI and with Redocly's recommended ones.
//
//   node lint.mjs FILE...      stdout: one JSON array of {file, linter, isError, rule, message}
import { createConfig, lint } from '@redocly/openapi-core';
import spectralCore from '@stoplight/spectral-core';
import parsers from '@stoplight/spectral-parsers';
import rulesets from '@stoplight/spectral-rulesets';
import { readFileSync } from 'node:fs';

const spectral = new spectralCore.Spectral();
spectral.setRuleset({ extends: [[rulesets.oas, 'all']] });
const redocly = await createConfig({ extends: ['recommended'] });

const findings = [];
for (const file of process.argv.slice(2)) {
  const document = new spectralCore.Document(readFileSync(file, 'utf8'), parsers.Yaml, file);
  for (const { severity, code: rule, message } of await spectral.run(document)) {
    findings.push({ file, linter: 'Spectral', isError: severity === 0, rule, message });
  }
  for (const { severity, ruleId: rule, message } of await lint({ ref: file, config: redocly })) {
    findings.push({ file, linter: 'Redocly', isError: severity === 'error', rule, message });
  }
}
console.log(JSON.stringify(findings));
