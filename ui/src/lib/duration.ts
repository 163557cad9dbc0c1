/** "< 1 ms", "41 ms", "1.2 s", "12 s", "5 min": as `bellhop_control::face::duration` says it. */
export function duration(ms: number): string {
  // Each unit ends where rounding would show the next one's first number.
  if (ms < 1) return "< 1 ms";
  if (ms < 1000) return `${Math.floor(ms)} ms`;
  if (ms < 9950) return `${(Math.floor((ms + 50) / 100) / 10).toFixed(1)} s`;
  if (ms < 119_500) return `${Math.floor((ms + 500) / 1000)} s`;
  return `${Math.floor((ms + 30_000) / 60_000)} min`;
}
