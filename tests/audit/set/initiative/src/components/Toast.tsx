import { useEffect, useState } from "react";

export function Toast({ text, onClose }: { text: string; onClose: () => void }) {
  const [width, setWidth] = useState(100);
  useEffect(() => {
    const progress = setInterval(() => setWidth((it) => Math.max(0, it - 1)), 40); //= none
    const close = setTimeout(onClose, 4000); //= none
    return () => {
      clearInterval(progress);
      clearTimeout(close);
    };
  }, [onClose]);
  return <output style={{ width: `${width}%` }}>{text}</output>;
}

export function CopyLink({ href }: { href: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(href);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500); //= none
  };
  return <button onClick={copy}>{copied ? "Copied" : "Copy link"}</button>;
}
