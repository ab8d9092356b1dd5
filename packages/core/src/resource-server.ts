/**
 * The story of one request, top to bottom: find the token, know or ask about it, judge the answer for this route, grant or refuse.
 * The answer is remembered, the decision never.
 *
 * @module
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { runtime } from '#runtime'
import { Admission, type Admit } from './admission.ts'
import { createAnswers } from './answers.ts'
import { type AuthSource, GrantedAuth } from './auth-info.ts'
import { createHeldSignals, type SignalEnd } from './auth-signal.ts'
import { faultOf, isToken, type Presented } from './bearer-token.ts'
import type { ActiveAnswer, Recollection, Verdict } from './cache/answer.ts'
import { isYounger } from './cache/lifetimes.ts'
import { type GivenReason, type Header, type Refused, refuse } from './challenge.ts'
import { IntrospectionError } from './errors.ts'
import { type AnswerSource, createEventSink } from './events.ts'
import { createNeedsReader } from './needs.ts'
import type { DefaultSchema, Options } from './options.ts'
import type { Anonymous, Granted, Outcome, ResourceServer } from './outcome.ts'
import { type Needs, noNeeds, type Requirements } from './requirements.ts'
import { resolveOptions } from './resolve-options.ts'
import type { ResourceRequest } from './resource-request.ts'
import { mayMean } from './revocation/mark-index.ts'
import { createRevocation } from './revocation/revocation.ts'
import { setIntake } from './revocation/signal-intake.ts'
import { grantsAll, splitScope } from './scope.ts'
import { type Presentation, Standing } from './standing.ts'
import { readPresented } from './token-sources.ts'

/**
 * Makes a resource server.
 *
 * @throws {TypeError} naming every wrong option.
 */
export function createResourceServer<S extends StandardSchemaV1 = DefaultSchema, A extends boolean = false>(
  options: Options<S, A>,
): ResourceServer<StandardSchemaV1.InferOutput<S>, A>
export function createResourceServer(options: Options<StandardSchemaV1>): ResourceServer<unknown> {
  const settings = resolveOptions(
    options,
    () => Date.now(),
    () => performance.now(),
  )
  const { now, protection } = settings
  const events = createEventSink(settings.onEvent, now)
  const revocation = createRevocation({
    ...settings,
    ...{ rules: settings.revocation, servers: settings.authorizationServers, events },
    maxAnswerAgeMs: settings.memory.maxAgeMs + settings.memory.staleIfErrorMs,
    onMarks: (marks) => {
      signals.revise(marks === undefined ? undefined : (standing) => marks.some((mark) => mayMean(mark, standing.named)))
    },
  })
  const answers = createAnswers(settings, events, revocation.marks)
  const admission = settings.admission === undefined ? undefined : new Admission(settings.admission, settings.maxConcurrentCalls, now)
  const needsOf = createNeedsReader(settings.needs)
  const grants: AuthSource<Standing>['grants'] = (granted, scopes) => grantsAll(granted, scopes.flatMap(splitScope), settings.scopeMatching)
  const signals = createHeldSignals<Standing>({
    ...{ now, recheckMs: settings.streamRecheckMs, review, judge: judgeHeld },
    // A mark that is about many streams leaves room for requests, and has none end for want of it.
    maxReviews: Math.max(1, Math.floor(settings.maxConcurrentCalls / 4)),
  })
  const isWellFormed = (text: string): boolean => isToken(text, settings.presentation)
  const counts = { granted: 0, refused: 0, anonymous: 0, hits: 0, joined: 0, storeHits: 0, stale: 0 }
  for (const code of settings.warnings) events.warn(code)

  function authorize(request: ResourceRequest, requirements?: Requirements): Outcome<unknown> | Promise<Outcome<unknown>> {
    const needs = needsOf(settings.needs, requirements)
    if (settings.skipPreflight && isPreflight(request)) return passAnonymously('token_missing', request)
    const presented = readPresented(request, settings.presentation)
    if ('then' in presented) return presented.then((read) => judgePresented(read, needs, request, requirements))
    return judgePresented(presented, needs, request, requirements)
  }

  function judgePresented(
    presented: Presented,
    needs: Needs,
    request: ResourceRequest,
    requirements: Requirements | undefined,
  ): Outcome<unknown> | Promise<Outcome<unknown>> {
    if ('fault' in presented) return refused(presented.fault, needs, request)
    if (!('token' in presented))
      return settings.optional ? passAnonymously(presented.nothing, request) : refused(presented.nothing, needs, request)
    const asked = answers.serverOf(presented.token, request)
    if (asked === undefined) return refused('issuer_mismatch', needs, request)
    return judgeToken({ asked, token: presented.token, needs: needsOf(asked.needs, requirements), request })
  }

  function judgeToken(presentation: Presentation): Granted<unknown> | Refused | Promise<Granted<unknown> | Refused> {
    const { asked, token, needs, request } = presentation
    const admit: Admit | undefined =
      admission === undefined ? undefined : (what) => (what === 'look' ? admission.look(request) : admission.take(request))
    const recalled = asked.recallText(token, needs.maxAnswerAgeMs, isWellFormed, admit)
    if (recalled === undefined || !('then' in recalled)) return judge(recalled, presentation)
    return recalled.then(
      (recollection) => judge(recollection, presentation),
      (error: unknown) => refuseForFault(error, request),
    )
  }

  /** On every request, whether the answer is new or remembered. */
  function judge(recollection: Recollection | undefined, presentation: Presentation): Granted<unknown> | Refused {
    const { needs, request } = presentation
    if (recollection === undefined) return refused(faultOf(presentation.token).fault, needs, request)
    const { answer, source } = recollection
    if (source === 'memory') counts.hits++
    if (source === 'joined') counts.joined++
    if (source === 'store') counts.storeHits++
    if (source === 'stale') counts.stale++
    if (!answer.active) return refused('token_inactive', needs, request)
    const at = now()
    const outcome = decide(answer, source, presentation, at)
    if (outcome.outcome === 'granted') {
      counts.granted++
      if (events.listening) events.emit({ type: 'granted', source, ageMs: at - answer.sentAt }, request, at)
    }
    return outcome
  }

  function decide(answer: ActiveAnswer, source: AnswerSource, presentation: Presentation, at: number): Granted<unknown> | Refused {
    const { asked, token, needs, request } = presentation
    const standing = new Standing(server, presentation, answer, source)
    const unmet = standing.findUnmet(at)
    if (unmet !== undefined) return refused(unmet, needs, request, unmet === 'claims_invalid' ? answer.invalidPaths : undefined)
    const auth = new GrantedAuth(
      { answer, authorizationServer: asked.name, stale: source === 'stale', grants, hold: signals.hold },
      token,
      standing,
    )
    return { outcome: 'granted', auth, headers: settings.grantedHeaders }
  }

  /** What revocations say of a grant that was given before. */
  function judgeHeld(standing: Standing): Verdict {
    const { marks } = revocation
    if (!marks.any) return 'stands'
    const { answer, presentation } = standing
    const { asked, token } = presentation
    const tokenDigest = marks.needsTokenDigest ? (standing.tokenDigest ?? runtime.sha256(token)) : undefined
    // Some platforms take a while for it: whoever asks has the time.
    if (typeof tokenDigest === 'object') return 'ask'
    if (tokenDigest !== undefined) standing.tokenDigest = tokenDigest
    // While a bus is silent nothing that is remembered counts; what was granted is asked about by `streamRecheckSeconds` and no sooner.
    return marks.judge({ ...answer, from: 'call', tokenDigest, issuer: asked.issuer })
  }

  /** Looks again at a token that is held on to, by what its request was measured by. */
  async function review({ presentation }: Standing, cause: 'revocation' | 'recheck'): Promise<Standing | SignalEnd['reason']> {
    const { asked, token, needs } = presentation
    const { answer, source } = await asked.recall(token, cause === 'recheck' ? settings.streamRecheckMs : needs.maxAnswerAgeMs)
    if (!answer.active) return 'revoked'
    const standing = new Standing(server, presentation, answer, source)
    const unmet = standing.findUnmet(now())
    if (unmet === undefined) return standing
    return unmet === 'token_expired' ? 'expired' : 'revoked'
  }

  function passAnonymously(nothing: 'token_missing' | 'scheme_unsupported', request: ResourceRequest): Anonymous {
    counts.anonymous++
    const outcome: Anonymous = { outcome: 'anonymous', headers: noHeaders }
    refusalsOfAnonymous.set(outcome, () => refused(nothing, settings.needs, request))
    return outcome
  }

  function refused(reason: GivenReason, needs: Needs, request?: ResourceRequest, paths?: readonly string[]): Refused {
    return tell(refuse(reason, protection, { scope: needs.scope }), request, paths)
  }

  /** Our own trouble is never the token's: 503 when the authorization server cannot be asked, 500 when it refuses us. */
  function refuseForFault(error: unknown, request?: ResourceRequest): Refused {
    if (!IntrospectionError.is(error)) throw error
    return tell(refuse(reasonOf(error), protection, { retryAfterSeconds: error.retryAfterSeconds, cause: error }), request)
  }

  function tell(refusal: Refused, request?: ResourceRequest, paths?: readonly string[]): Refused {
    const { reason, status } = refusal
    counts.refused++
    if (events.listening) events.emit({ type: 'refused', reason, status, ...(paths === undefined ? {} : { paths }) }, request)
    return refusal
  }

  const server: ResourceServer<unknown> = {
    authorize,
    check(auth, requirements) {
      const standing = GrantedAuth.standingOf(auth)
      if (!(standing instanceof Standing) || standing.server !== server) {
        throw new TypeError('check() takes the auth of a request that this resource server has granted')
      }
      const { answer, source } = standing
      const presentation = { ...standing.presentation, needs: needsOf(standing.presentation.needs, requirements) }
      // What the route before has asked for, it has got: only an age of the guard's own can demand another call.
      const { maxAnswerAgeMs } = needsOf(noNeeds, requirements)
      const at = now()
      if (maxAnswerAgeMs < Infinity && !isYounger(answer, at, maxAnswerAgeMs)) return judgeToken(presentation)
      if (judgeHeld(standing) !== 'stands') return judgeToken(presentation)
      return decide(answer, source, presentation, at)
    },
    async ready() {
      await Promise.all([answers.ready(), revocation.ready()])
    },
    revoke: (mark) => revocation.revoke(mark),
    forget: answers.forget,
    stats: () => ({
      ...counts,
      ...answers.stats(),
      ...{ signals: signals.size, marks: revocation.marks.size, listenerFailures: events.listenerFailures },
    }),
    async close() {
      signals.close()
      await Promise.all([answers.close(), revocation.close()])
    },
  }
  needsReaders.set(server, needsOf)
  if (settings.revocation.isGiven) setIntake(server, revocation.intake)
  return server
}

/** What a browser sends ahead of a request from another origin: without credentials, so that it can only be refused or passed. */
function isPreflight(request: ResourceRequest): boolean {
  return request.method === 'OPTIONS' && ['origin', 'access-control-request-method'].every((name) => request.header(name).length > 0)
}

function reasonOf({ code }: IntrospectionError): GivenReason {
  if (code === 'CLIENT_REJECTED' || code === 'REQUEST_REJECTED') return 'authorization_server_rejected_us'
  return code === 'OVERLOADED' ? 'overloaded' : 'authorization_server_unavailable'
}

const noHeaders: readonly Header[] = Object.freeze([])
const refusalsOfAnonymous = new WeakMap<Anonymous, () => Refused>()
const needsReaders = new WeakMap<object, ReturnType<typeof createNeedsReader>>()

/** Checks a route's requirements when the route is made. @throws {TypeError} naming every fault. */
export function checkRequirements(server: object, requirements: Requirements): void {
  const needsOf = needsReaders.get(server)
  // A resource server of another make, a wrapper for instance, reads them when it judges.
  needsOf?.(noNeeds, requirements)
}

/** The refusal of a request that passed anonymously, where a guard behind wants a token. */
export function refuseAnonymous(passed: Anonymous | undefined): Refused {
  const refusal = passed === undefined ? undefined : refusalsOfAnonymous.get(passed)
  return refusal === undefined ? refuse('token_missing', { realm: 'api' }) : refusal()
}
