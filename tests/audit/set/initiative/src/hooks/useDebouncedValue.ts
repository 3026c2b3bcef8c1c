import { useEffect, useState } from "react";

export function useDebouncedValue<T>(value: T, wait = 250): T {
  const [debounced, setDebounced] = useState(value);
  useEffect(() => {
    const id = setTimeout(() => setDebounced(value), wait); //= none
    return () => clearTimeout(id);
  }, [value, wait]);
  return debounced;
}
