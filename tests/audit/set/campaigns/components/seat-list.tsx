"use client";
import { useEffect, useRef, useState } from "react";

export function SeatList({ seats }: { seats: string[] }) {
  const list = useRef<HTMLUListElement>(null);
  const [visible, setVisible] = useState(false);

  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting) setTimeout(() => setVisible(true), 100); //= none
    });
    if (list.current) observer.observe(list.current);
    return () => observer.disconnect();
  }, []);

  // The list crawls upwards as in a film's credits.
  useEffect(() => {
    const step = () => {
      list.current?.scrollBy({ top: 1 });
      handle = requestAnimationFrame(step); //= none
    };
    let handle = requestAnimationFrame(step); //= none
    return () => cancelAnimationFrame(handle);
  }, []);

  return <ul ref={list} hidden={!visible}>{seats.map((it) => <li key={it}>{it}</li>)}</ul>;
}
