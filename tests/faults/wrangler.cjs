// Instead of wrangler, where hundreds of deploys are tried: the calls, tries, entries and exit codes
// of wrangler 4.156 (tests/integration/wrangler_contract.json), without its second of start.
const fs = require("node:fs");

const argv = process.argv.slice(2);
const flag = (name) => argv[argv.indexOf(name) + 1];
const { CLOUDFLARE_API_BASE_URL, CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_API_TOKEN } = process.env;
const workers = `${CLOUDFLARE_API_BASE_URL}/accounts/${CLOUDFLARE_ACCOUNT_ID}/workers`;
const name = "my-table-prod";
const script = `${workers}/scripts/${name}`;
// The room, where one is to run; else nothing that any runtime is asked to start.
const room = `${__dirname}/room.js`;
const code = fs.existsSync(room) ? fs.readFileSync(room, "utf8") : "export default {}";
const versionMetadata = { type: "version_metadata", name: "CF_VERSION_METADATA" };
const durable = { type: "durable_object_namespace", name: "Session", class_name: "Session" };

const tell = (entry) =>
  fs.appendFileSync(process.env.WRANGLER_OUTPUT_FILE_PATH, `${JSON.stringify(entry)}\n`);

/** Asks; of 5xx, 429 and silence, `tries` times. */
async function ask(method, url, body, tries = 1) {
  const headers = { authorization: `Bearer ${CLOUDFLARE_API_TOKEN}` };
  if (typeof body === "string") headers["content-type"] = "application/json";
  try {
    const response = await fetch(url, { method, headers, body });
    if (tries > 1 && (response.status === 429 || response.status >= 500)) throw new Error("busy");
    return await response.json();
  } catch (error) {
    if (tries > 1) return ask(method, url, body, tries - 1);
    throw error;
  }
}

async function need(...asked) {
  const answer = await ask(...asked);
  if (answer.success) return answer.result;
  const [{ code, message }] = answer.errors;
  throw Object.assign(new Error(message), { code });
}

function form(first) {
  const secrets = JSON.parse(fs.readFileSync(flag("--secrets-file"), "utf8"));
  const bindings = Object.entries(secrets).map(([key, text]) => ({
    type: "secret_text",
    name: key,
    text,
  }));
  const migrations = { new_tag: "v1", steps: [{ new_sqlite_classes: ["Session"] }] };
  const metadata = {
    main_module: "index.js",
    compatibility_date: "2026-10-01",
    bindings: [durable, versionMetadata, ...bindings],
    keep_bindings: ["secret_text"],
    annotations: { "workers/message": flag("--message"), "workers/tag": flag("--tag") },
    ...(first ? { migrations } : {}),
  };
  const parts = new FormData();
  parts.append("metadata", JSON.stringify(metadata));
  const type = "application/javascript+module";
  parts.append("index.js", new Blob([code + " ".repeat(200_000)], { type }), "index.js");
  return parts;
}

async function upload() {
  const service = await ask("GET", `${workers}/services/${name}`);
  if (!service.success) {
    const { deployment_id } = await need("PUT", script, form(true), 3);
    return deployment_id.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }
  await need("GET", `${script}/deployments`);
  const { id } = await need("POST", `${script}/versions`, form(false), 3);
  const versions = [{ version_id: id, percentage: 100 }];
  await need("POST", `${script}/deployments`, JSON.stringify({ strategy: "percentage", versions }));
  await need("PATCH", `${script}/script-settings`, JSON.stringify({ tags: [] }));
  return id;
}

async function connect() {
  await need("GET", `${workers}/workers/${name}`);
  await need("POST", `${script}/subdomain`, JSON.stringify({ enabled: true }), 3);
}

async function main() {
  if (argv.includes("--dry-run")) {
    fs.mkdirSync(flag("--outdir"), { recursive: true });
    fs.writeFileSync(`${flag("--outdir")}/index.js`, code);
    return;
  }
  const version_id = argv[0] === "deploy" ? await upload() : undefined;
  await connect();
  if (version_id) tell({ type: "deploy", version_id, targets: ["127.0.0.1"] });
}

main().catch((error) => {
  tell({ type: "command-failed", code: error.code, message: error.message });
  console.error(error.message);
  process.exit(1);
});
