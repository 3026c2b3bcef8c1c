declare namespace Cloudflare {
  interface Env {
    Session: DurableObjectNamespace<import("./session.ts").Session>;
    CF_VERSION_METADATA: WorkerVersionMetadata;
    PUBLISH_KEY: string;
    TICKET_KEY: string;
    /** While a key is being rotated: the one before, which is taken too. */
    PUBLISH_KEY_PREVIOUS?: string;
    TICKET_KEY_PREVIOUS?: string;
    /** Origins of the pages that may connect, with spaces between them. Empty: any. */
    ALLOWED_ORIGINS?: string;
    /** Days after which an unused room forgets itself. */
    FORGET_AFTER_DAYS?: string;
  }
  interface GlobalProps {
    mainModule: typeof import("./index.ts");
  }
}
