import * as z from 'zod'
import { app } from '../model/app.ts'
import { connection, connectionReport, newConnection } from '../model/connection.ts'
import { filePreview } from '../model/file-preview.ts'
import { diskUsage, installedVersion, trashEntry } from '../model/installed.ts'
import {
  fileEntry,
  packageInfo,
  packageRef,
  packageSummary,
  unreadableEntry,
  versionSummary,
} from '../model/package.ts'
import { installPlan, publishFields, publishPlan } from '../model/plans.ts'
import { library, settings, settingsChanges } from '../model/settings.ts'
import { filesPart, transfer, upkeepReport, wireError } from '../model/transfer.ts'
import { type Api, procedure } from './procedure.ts'

const nothing = z.strictObject({})
const done = z.strictObject({})
const spec = z.string().min(1).max(1024)

/** How much of the line a transfer takes; else as the settings say. Asked for again, it goes on with the new pace. */
const limit = { limitBytesPerSecond: z.number().int().positive().optional() }
const pace = {
  ...limit,
  /** Exactly so many connections; without, an install takes more while they bring more. */
  connections: z.number().int().min(1).max(16).optional(),
}
const started = z.strictObject({ transferId: z.string() })

const installQuestion = z.strictObject({
  source: z.union([
    z.strictObject({ connectionId: z.string().optional(), ref: packageRef }),
    z.strictObject({ file: z.string().min(1) }),
  ]),
  libraryId: z.string().optional(),
  apps: z.array(app).optional(),
  /** Installs again over what is there. */
  force: z.boolean().optional(),
  /** Next lower installed version goes to trash afterwards, unless kept. */
  upgrade: z.boolean().optional(),
})

/**
 * The engine's procedures, noun by noun. The engine, the router, the clients and the command line are all derived from it.
 * Paths of this machine are absolute (`usage`); those inside a package are relative, with `/`.
 * Where `connectionId` or `libraryId` is optional, the default one is meant (docs/guide: default connection).
 */
export const engineContract = {
  engine: {
    /** Facts of this engine. `epoch` is new with every engine. */
    info: procedure(
      nothing,
      z.strictObject({
        version: z.string(),
        epoch: z.string(),
        home: z.string(),
        platform: z.string(),
        publisher: z.string(),
        /** Where keys typed by a person are kept; `plain-file`: in `secrets.json`, where they agree (`storeSecret`). */
        secretsKept: z.enum(['kept', 'plain-file', 'this-run-only']),
      }),
    ),
    /** Writes a file for who helps a person to `out`, or into it if it is a folder: settings, connections, transfers, the end of the log. There is no key in it. `already-exists`. */
    saveDiagnostics: procedure(
      z.strictObject({ out: z.string().min(1), overwrite: z.boolean().optional() }),
      z.strictObject({ path: z.string(), sizeBytes: z.number() }),
    ),
  },
  settings: {
    get: procedure(nothing, settings),
    set: procedure(z.strictObject({ changes: settingsChanges }), settings),
  },
  connections: {
    list: procedure(nothing, z.array(connection)),
    /** `problem`: a sentence that names the variable of the environment for which its connection (`BUCKET`) can't be used. Then there is no default one. */
    environment: procedure(nothing, z.strictObject({ problem: z.string().optional() })),
    add: procedure(newConnection, connection),
    /** Replaces name and location; without a new secret the stored one stays. */
    update: procedure(z.strictObject({ id: z.string(), connection: newConnection }), connection),
    remove: procedure(z.strictObject({ id: z.string() }), done),
    setDefault: procedure(z.strictObject({ id: z.string() }), done),
    /** Tries each permission with real requests; writes and removes one small object below `orbital/`. Takes an unsaved connection too. */
    test: procedure(
      z.union([z.strictObject({ id: z.string() }), z.strictObject({ candidate: newConnection })]),
      connectionReport,
    ),
  },
  catalog: {
    /**
     * The catalog as last refreshed (refreshed first when it never was, or with `refresh`). With `count` only so many of its packages, from `from`
     * on, so that a long list crosses in pieces; they belong together while `refreshedAt` is the same. What can't be read comes with the first.
     * With `newest` so many of all are there as well, the last published first: a window shows them while the pieces come.
     */
    list: procedure(
      z.strictObject({
        connectionId: z.string().optional(),
        refresh: z.boolean().optional(),
        from: z.number().int().min(0).optional(),
        count: z.number().int().min(1).optional(),
        newest: z.number().int().min(1).max(1000).optional(),
      }),
      z.strictObject({
        connectionId: z.string(),
        packages: z.array(packageSummary),
        /** Only where they were asked for, and there are more than in `packages`. */
        newest: z.array(packageSummary).optional(),
        /** How many packages there are. */
        total: z.number(),
        unreadable: z.array(unreadableEntry),
        refreshedAt: z.string(),
      }),
    ),
    /**
     * The newest of a long list that was kept, at once, while `list` has yet to read it: the last published first, and how many packages the list has. None
     * where `list` is as fast, or has to ask the store.
     */
    newestKept: procedure(
      z.strictObject({ connectionId: z.string().optional() }),
      z.strictObject({ packages: z.array(packageSummary), total: z.number() }),
    ),
    /**
     * What is another since the list that was refreshed at `since`: packages that are new or other, and the names of those that are gone. `list-anew` where
     * that list isn't known any more, or nearly all is another.
     */
    changes: procedure(
      z.strictObject({ connectionId: z.string(), since: z.string(), refresh: z.boolean().optional() }),
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('list-anew') }),
        z.strictObject({
          kind: z.literal('changes'),
          packages: z.array(packageSummary),
          removed: z.array(z.string()),
          unreadable: z.array(unreadableEntry),
          refreshedAt: z.string(),
        }),
      ]),
    ),
    /** Reads every published version again, and writes the catalog object that spares others from doing so. `access-denied`. */
    rebuild: procedure(
      z.strictObject({ connectionId: z.string().optional() }),
      z.strictObject({ connectionId: z.string(), versions: z.number(), sizeBytes: z.number() }),
    ),
    /** Packages that match a text (name, title, description, tags) or a constraint, best first. */
    search: procedure(
      z.strictObject({
        connectionId: z.string().optional(),
        query: z.string().max(1024),
      }),
      z.array(packageSummary),
    ),
    /**
     * Packages that match a text in the lists of all connections (but `exceptId`) as they are kept, at most so many of each, best first. No store is
     * asked: of a connection that was never listed nothing is found.
     */
    searchKept: procedure(
      z.strictObject({
        query: z.string().max(1024),
        exceptId: z.string().optional(),
        atMost: z.number().int().min(1).max(100),
      }),
      z.array(z.strictObject({ connectionId: z.string(), package: packageSummary })),
    ),
    get: procedure(
      z.strictObject({ connectionId: z.string().optional(), name: z.string() }),
      z.strictObject({ package: packageSummary }),
    ),
    /** One version in full. */
    version: procedure(
      z.strictObject({ connectionId: z.string().optional(), ref: packageRef }),
      z.strictObject({
        info: packageInfo,
        summary: versionSummary,
        files: z.array(fileEntry),
      }),
    ),
    /** A file of a published version, verified; text up to `maxBytes` (default 256 KiB), else `binary`. */
    preview: procedure(
      z.strictObject({
        connectionId: z.string().optional(),
        ref: packageRef,
        path: z.string(),
        maxBytes: z.number().int().min(0).max(4194304).optional(),
      }),
      filePreview,
    ),
    /**
     * Reads the archive of a published version to its end and compares size and md5 with its meta.json: `archive-damaged`, `archive-mismatch`.
     * Answers what it has when all is right. Like all that read much, it tells `onProgress` where that is heard.
     */
    checkArchive: procedure(
      z.strictObject({ connectionId: z.string().optional(), ref: packageRef }),
      z.strictObject({ ref: packageRef, connectionId: z.string(), sizeBytes: z.number(), md5: z.string() }),
    ),
    /**
     * Queues writing a published version as a `.sputnik` file, archive and meta.json as they are, or only the file at `path` of it: to `out`, or into it if it
     * is a folder. `already-exists` unless `overwrite`, `file-not-found`.
     */
    export: procedure(
      z.strictObject({
        connectionId: z.string().optional(),
        ref: packageRef,
        path: z.string().optional(),
        out: z.string().min(1),
        overwrite: z.boolean().optional(),
        ...limit,
      }),
      started,
    ),
    /**
     * Takes a published version back for good: hidden from everybody, its number reserved for ever. Ended half-way, the same call completes it.
     * `package-not-found` when there never was such a version, `access-denied` for who may not delete.
     */
    unpublish: procedure(
      z.strictObject({ connectionId: z.string().optional(), ref: packageRef, why: z.string().max(4096).optional() }),
      z.strictObject({ ref: packageRef, connectionId: z.string(), alreadyWithdrawn: z.boolean() }),
    ),
    /** Resolves a spec (`name`, `name==1.0.0`, `name >=1,<2`, npm ranges) to the version that would be installed. */
    resolve: procedure(
      z.strictObject({
        connectionId: z.string().optional(),
        spec,
        apps: z.array(app).optional(),
        prerelease: z.boolean().optional(),
        ignoreCompatibility: z.boolean().optional(),
      }),
      packageRef,
    ),
  },
  publish: {
    /** Reads a folder or a `.sputnik` and says what publishing it would do. Writes nothing. With `planId` an earlier plan is revised. */
    plan: procedure(
      z.strictObject({
        connectionId: z.string().optional(),
        path: z.string().min(1),
        fields: publishFields.optional(),
        planId: z.string().optional(),
        /** With the `filesTag` of an earlier answer: `files` and `leftOut` are empty while they are the same, so that a long list crosses once. */
        knownFilesTag: z.string().optional(),
        /** Only so many of `files` and of `leftOut` are answered; the rest by `publish.files`. */
        filesAtMost: z.number().int().min(1).optional(),
        /** Waits until files of the same size are compared by checksum; else that follows (`plan.refined`). */
        exact: z.boolean().optional(),
      }),
      publishPlan,
    ),
    /** More of a plan's files and of what is left out, a piece at a time, so that a long list stalls nothing. `plan-not-found` when they are others by now. */
    files: procedure(
      z.strictObject({
        planId: z.string(),
        filesTag: z.string(),
        from: z.number().int().min(0),
        count: z.number().int().min(1),
      }),
      publishPlan.pick({ files: true, leftOut: true }),
    ),
    /** For a plan that was left, or whose place another took: what is still read of its files ends. Forgetting what isn't there succeeds. */
    forget: procedure(z.strictObject({ planId: z.string() }), done),
    /** Queues it. Refuses a plan with problems (`recipe-invalid`). */
    start: procedure(
      z.strictObject({
        planId: z.string(),
        ...pace,
      }),
      started,
    ),
    /** Writes `<name>-<version>.sputnik` instead of publishing; `already-exists` unless `overwrite`. Answers its path; tells `onProgress`, and `plan.building`, of bytes read. */
    build: procedure(
      z.strictObject({ planId: z.string(), out: z.string().optional(), overwrite: z.boolean().optional() }),
      z.strictObject({ path: z.string(), sizeBytes: z.number() }),
    ),
  },
  install: {
    plan: procedure(installQuestion, installPlan),
    /** The same for many, in the same order: what is installed is looked at once. The plans of the last 50 calls can be started. */
    planEach: procedure(
      z.strictObject({ questions: z.array(installQuestion).max(500) }),
      z.array(z.strictObject({ plan: installPlan.optional(), error: wireError.optional() })),
    ),
    /** Queues it. `incompatible` unless `ignoreCompatibility`; `disk-full` when it can't fit. */
    start: procedure(
      z.strictObject({
        planId: z.string(),
        ignoreCompatibility: z.boolean().optional(),
        ...pace,
      }),
      started,
    ),
  },
  packageFile: {
    /** A `.sputnik` file's package and files, by its meta.json; the archive is not read. `not-a-package-file`. */
    files: procedure(
      z.strictObject({ path: z.string().min(1) }),
      z.strictObject({ info: packageInfo, files: z.array(fileEntry) }),
    ),
  },
  libraries: {
    list: procedure(nothing, z.array(library)),
    add: procedure(
      z.strictObject({
        path: z.string().min(1),
        name: z.string().max(100).optional(),
        oneVersionPerPackage: z.boolean().optional(),
      }),
      library,
    ),
    /** Changes what is given. Installed versions stay as they are: with one a package, the others go to the trash when the next is installed. */
    update: procedure(
      z.strictObject({
        id: z.string(),
        name: z.string().min(1).max(100).optional(),
        oneVersionPerPackage: z.boolean().optional(),
      }),
      library,
    ),
    /** Forgets it; its folder stays as it is. `busy` while a transfer runs into it or waits for its turn. */
    remove: procedure(z.strictObject({ id: z.string() }), done),
    setDefault: procedure(z.strictObject({ id: z.string() }), done),
    /**
     * What moving a library to a folder (absolute, not there yet or empty) takes: on another volume all of it is copied first. `usage` (inside
     * another library, or around one), `already-exists` (something is in it), `path-not-found` (its parent).
     */
    planMove: procedure(
      z.strictObject({ id: z.string(), path: z.string().min(1) }),
      z.strictObject({
        from: z.string(),
        to: z.string(),
        sameVolume: z.boolean(),
        totalBytes: z.number(),
        fileCount: z.number(),
        /** Of the volume with the new folder. */
        freeBytes: z.number(),
        enoughSpace: z.boolean(),
      }),
    ),
    /**
     * Queues it. The library is read where it is until all of it is in the new folder and verified; its old folder is deleted after that. Nothing
     * in it can be changed meanwhile (`busy`). `busy` while a transfer runs into it or waits for its turn, `disk-full`. Asked for again, it goes on.
     */
    move: procedure(z.strictObject({ id: z.string(), path: z.string().min(1) }), started),
  },
  installed: {
    list: procedure(z.strictObject({ libraryId: z.string().optional() }), z.array(installedVersion)),
    files: procedure(z.strictObject({ libraryId: z.string().optional(), ref: packageRef }), z.array(fileEntry)),
    /** What an installed version says of itself. */
    info: procedure(z.strictObject({ libraryId: z.string().optional(), ref: packageRef }), packageInfo),
    /** What old tools keep in the library's cache. `archiveBytes` is absent where they keep only the description. */
    cached: procedure(
      z.strictObject({ libraryId: z.string().optional() }),
      z.array(z.strictObject({ ref: packageRef, info: packageInfo, archiveBytes: z.number().optional() })),
    ),
    /** Absolute path of an installed version's folder, or of a file in it. */
    path: procedure(
      z.strictObject({ libraryId: z.string().optional(), spec, file: z.string().optional() }),
      z.strictObject({ path: z.string() }),
    ),
    /** A file of an installed version as text, like catalog.preview. */
    preview: procedure(
      z.strictObject({
        libraryId: z.string().optional(),
        ref: packageRef,
        path: z.string(),
        maxBytes: z.number().int().min(0).max(4194304).optional(),
      }),
      filePreview,
    ),
    /** To trash. */
    remove: procedure(z.strictObject({ libraryId: z.string().optional(), ref: packageRef }), trashEntry),
    keep: procedure(
      z.strictObject({ libraryId: z.string().optional(), ref: packageRef, kept: z.boolean() }),
      installedVersion,
    ),
    /** Versions whose meta.json was damaged: none of `list`, brought back by `repair`. */
    unreadable: procedure(z.strictObject({ libraryId: z.string().optional() }), z.array(packageRef)),
    /**
     * Queues reading every file again and comparing it with its checksum. What was found: `transfers.report`. When all are right, the time is
     * recorded, else which ones are not. Asked for again while it has not ended it is the same transfer, as with all that are queued here.
     */
    verify: procedure(z.strictObject({ libraryId: z.string().optional(), ref: packageRef }), started),
    /**
     * Queues verifying, and making every altered or missing file (meta.json, too) anew from the connection it came from (or the one named), fetching only what is
     * wrong. What is no part of the version goes to the trash. `content-differs` when other files are published under this version by now.
     */
    repair: procedure(
      z.strictObject({
        libraryId: z.string().optional(),
        ref: packageRef,
        connectionId: z.string().optional(),
        ...limit,
      }),
      started,
    ),
    /**
     * Queues writing an installed version as a `.sputnik` file, packed anew: to `out`, or into it if it is a folder. `file-damaged`,
     * `already-exists` unless `overwrite`.
     */
    export: procedure(
      z.strictObject({
        libraryId: z.string().optional(),
        ref: packageRef,
        out: z.string().min(1),
        overwrite: z.boolean().optional(),
      }),
      started,
    ),
  },
  trash: {
    list: procedure(z.strictObject({ libraryId: z.string().optional() }), z.array(trashEntry)),
    restore: procedure(z.strictObject({ libraryId: z.string().optional(), entryId: z.string() }), installedVersion),
    empty: procedure(
      z.strictObject({ libraryId: z.string().optional(), entryIds: z.array(z.string()).optional() }),
      z.strictObject({ freedBytes: z.number() }),
    ),
  },
  disk: {
    usage: procedure(z.strictObject({ libraryId: z.string().optional() }), diskUsage),
    /** Deletes for good: old tools' cache, and what unfinished transfers left. `packages` sends all installed ones to trash. */
    purge: procedure(
      z.strictObject({
        libraryId: z.string().optional(),
        cache: z.boolean().optional(),
        unfinished: z.boolean().optional(),
        packages: z.boolean().optional(),
      }),
      z.strictObject({ freedBytes: z.number() }),
    ),
  },
  transfers: {
    /** Running, waiting and paused ones in queue order, then the history, newest first. */
    list: procedure(nothing, z.array(transfer)),
    /** Those from number `from` on. None of a transfer that keeps no list (any more). */
    files: procedure(
      z.strictObject({ id: z.string(), from: z.number().int().min(0), count: z.number().int().min(1) }),
      filesPart,
    ),
    /** What a verify or a repair that is done found. `transfer-not-found` while there is nothing to tell. */
    report: procedure(z.strictObject({ id: z.string() }), upkeepReport),
    pause: procedure(z.strictObject({ id: z.string() }), done),
    /** Goes on with a paused one, tries a failed one again, and one that is reconnecting at once. */
    resume: procedure(z.strictObject({ id: z.string() }), done),
    /** Answers whether what it had left behind is gone; what can't be deleted now (its store is away) the app deletes at a later start. */
    cancel: procedure(z.strictObject({ id: z.string() }), z.strictObject({ discarded: z.boolean() })),
    moveUp: procedure(z.strictObject({ id: z.string() }), done),
    /** Forgets what is done or was cancelled; what failed stays until it is tried again or cancelled. */
    clearHistory: procedure(nothing, done),
    /** Resolves when the transfer has ended or paused by itself; answers it as it then is. */
    wait: procedure(z.strictObject({ id: z.string() }), transfer),
  },
} as const

export type EngineContract = typeof engineContract
export type EngineApi = Api<EngineContract>
