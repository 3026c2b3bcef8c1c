const upstream = "https://rooms.example.org";
let cache: unknown;

async function renew() {
  cache = await $fetch(`${upstream}/rooms`);
}
setInterval(renew, 30_000); //= none

export default defineEventHandler(async () => {
  if (!cache) await renew();
  return cache;
});
