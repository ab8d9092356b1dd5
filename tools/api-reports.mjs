// docs/api/*.api.md: the public declarations of each package. A change of the public face shows as a change of these files.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { generate } from './generated.mjs'

const entries = { core: 'core/dist/index.d.ts', 'core-adapter': 'core/dist/adapter.d.ts', 'dev-server': 'dev-server/dist/index.d.ts' }
for (const name of ['express', 'koa', 'hono']) entries[name] = `${name}/dist/index.d.ts`

const folder = 'temp/api'
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const [name, entry] of Object.entries(entries)) {
  const packageFolder = resolve('packages', entry.split('/')[0])
  const mainEntryPointFilePath = resolve('packages', entry)
  if (!existsSync(mainEntryPointFilePath)) throw new Error(`${entry} is not there: run "npm run build" first`)
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: packageFolder,
      mainEntryPointFilePath,
      compiler: { tsconfigFilePath: resolve(packageFolder, 'tsconfig.json'), skipLibCheck: true },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: resolve(folder),
        reportTempFolder: resolve(folder, 'temp'),
        includeForgottenExports: false,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Warning } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: resolve(packageFolder, 'api-extractor.json'),
    packageJsonFullPath: resolve(packageFolder, 'package.json'),
  })
  const { errorCount } = Extractor.invoke(config, { localBuild: true, messageCallback: quieten })
  if (errorCount > 0) process.exitCode = 1
  generate(`docs/api/${name}.api.md`, readFileSync(`${folder}/${name}.api.md`, 'utf8'))
}
rmSync('temp', { recursive: true, force: true })

function quieten(message) {
  if (message.logLevel !== 'error') message.handled = true
}
