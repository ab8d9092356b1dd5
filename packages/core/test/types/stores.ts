import { createClient as createClient6, createCluster as createCluster6 } from '@redis/client'
import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { createClient as createClient4, createCluster as createCluster4 } from 'redis4'
import { createClient as createClient5, createCluster as createCluster5 } from 'redis5'
import { redisRevocationBus, redisStore } from '../../src/index.ts'

redisStore(createClient6())
redisStore(createClient6({ RESP: 3 }))
redisStore(createClient6({ RESP: 2, url: 'redis://localhost' }))
redisStore(createClient5())
redisStore(createClient5({ RESP: 3 }))
redisStore(createClient4())
redisStore(createCluster6({ rootNodes: [] }))
redisStore(createCluster5({ rootNodes: [] }))
redisStore(createCluster4({ rootNodes: [] }))
redisStore(new Redis())
redisStore(new Redis5())
redisStore(new Cluster([]))
redisStore(new Cluster5([]))

redisRevocationBus(createClient6(), { subscriber: createClient6().duplicate() })
redisRevocationBus(createClient6({ RESP: 3 }), { subscriber: createClient6({ RESP: 3 }) })
redisRevocationBus(createClient5(), { subscriber: createClient5().duplicate() })
redisRevocationBus(createClient4(), { subscriber: createClient4().duplicate() })
redisRevocationBus(new Redis(), { subscriber: new Redis() })
redisRevocationBus(new Redis5(), { subscriber: new Redis5() })
redisRevocationBus(new Cluster([]), { subscriber: new Cluster([]) })
redisRevocationBus(createCluster6({ rootNodes: [] }), { subscriber: createCluster6({ rootNodes: [] }) })
