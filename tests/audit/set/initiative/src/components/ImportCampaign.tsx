import { useState } from "react";
import { http } from "@/api";

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)); //= none

/** Uploads a campaign's archive, and waits until the server has unpacked it. */
export function ImportCampaign() {
  const [progress, setProgress] = useState(0);

  async function start(file: File) {
    const { data: job } = await http.post("/imports", file);
    for (let attempt = 0; attempt < 60; attempt++) { //= none
      const { data } = await http.get(`/imports/${job.id}`);
      setProgress(data.progress);
      if (data.state === "done") return data.campaign;
      await sleep(1000);
    }
    throw new Error("The import takes too long");
  }

  async function pretend() {
    while (progress < 95) { //= none
      setProgress((it) => it + 1);
      await sleep(50);
    }
  }

  return <input type="file" onChange={(event) => {
    void pretend();
    void start(event.target.files![0]).then(() => {
      setTimeout(() => window.location.reload(), 1000); //= none
    });
  }} />;
}
