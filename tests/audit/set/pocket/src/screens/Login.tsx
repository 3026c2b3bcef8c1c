import { useEffect, useState } from "react";
import { Button } from "react-native";

/** The code is shown on the TV; somebody confirms it on a phone. */
export function Login({ onDone }: { onDone: (token: string) => void }) {
  const [code, setCode] = useState("");
  const [again, setAgain] = useState(30);

  useEffect(() => {
    const id = setInterval(() => setAgain((it) => Math.max(0, it - 1)), 1000); //= none
    return () => clearInterval(id);
  }, []);

  async function confirm(device: string) {
    const until = Date.now() + 5 * 60_000;
    do { //= none
      const response = await fetch(`/oauth/token?device=${device}`);
      if (response.ok) return onDone((await response.json()).token);
      await new Promise((resolve) => setTimeout(resolve, 5000));
    } while (Date.now() < until);
  }

  return <Button title={`${code} ${again}`} onPress={() => { setCode("AB12"); void confirm("AB12"); }} />;
}
