const bodies: { x: number; vx: number }[] = [];

export function applyPhysics(ms: number) {
  for (const body of bodies) body.x += (body.vx * ms) / 1000;
}

export function simulate() {
  const step = () => {
    applyPhysics(16);
    window.requestAnimationFrame(step); //= none
  };
  step();
}

const interval = setInterval(() => applyPhysics(16), 16); //= none
export const freeze = () => clearInterval(interval);
