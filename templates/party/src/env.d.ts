declare namespace Cloudflare {
  interface Env {
    Session: DurableObjectNamespace<import("./session.ts").Session>;
    CF_VERSION_METADATA: WorkerVersionMetadata;
    PUBLISH_KEY: string;
    TICKET_KEY: string;
  }
  interface GlobalProps {
    mainModule: typeof import("./index.ts");
  }
}
