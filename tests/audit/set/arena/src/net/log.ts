import { api } from "./api";

const buffer: string[] = [];

export function log(line: string) {
  buffer.push(line);
}

async function flush() {
  if (!buffer.length) return;
  await api.log(buffer.splice(0));
}

setInterval(flush, 5000); //= none

export function retryUpload(blob: Blob, attempt = 1): Promise<void> {
  return fetch("/api/replay", { method: "PUT", body: blob }).then(
    () => undefined,
    async (error) => {
      if (attempt >= 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * 250)); //= none
      return retryUpload(blob, attempt + 1);
    },
  );
}
