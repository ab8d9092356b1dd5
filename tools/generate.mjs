// Everything that is made from something else. `--check`: fails where a file is not what it would be made into.
await import('./snippets.mjs')
await import('./options-page.mjs')
await import('./conformance-page.mjs')
await import('./api-reports.mjs')
