import { type DigestStart, type FromDigest, runDigest, type ToDigest } from './digest.ts'
import { serveWorker } from './serve.ts'

serveWorker<DigestStart, never, FromDigest, ToDigest>(runDigest)
