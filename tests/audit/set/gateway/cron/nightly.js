import cron from "node-cron";
import { Queue, Worker } from "bullmq";
import { refreshCatalogue } from "../src/catalogue.js";

const queue = new Queue("nightly");
cron.schedule("0 3 * * *", () => queue.add("refresh", {}, { repeat: { every: 86_400_000 } })); //= none
new Worker("nightly", refreshCatalogue, { limiter: { max: 1, duration: 60_000 } }); //= none

async function poll() {
  const next = await queue.getWaitingCount();
  if (next > 100) console.warn("the queue is long");
  setTimeout(poll, 10_000); //= none
}
void poll();
