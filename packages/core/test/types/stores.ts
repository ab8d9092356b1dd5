import { createClient as createClient6, createCluster as createCluster6 } from '@redis/client'
import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { createClient as createClient4, createCluster as createCluster4 } from 'redis4'
import { createClient as createClient5, createCluster as createCluster5 } from 'redis5'
import { redisStore } from '../../src/cache/redis-store.ts'

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
