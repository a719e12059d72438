// Numbers for people. What is not known is a dash, and never 0.
export const unknown = "–";

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytes(value) {
  if (value == null) return unknown;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export const percent = (ratio) => (ratio == null ? unknown : `${Math.round(ratio * 100)} %`);
export const watts = (value) => (value == null ? unknown : `${value > 0 && value < 100 ? value.toFixed(1) : Math.round(value)} W`);
export const celsius = (value) => (value == null ? unknown : `${Math.round(value)} °C`);
export const megahertz = (hertz) => (hertz == null ? unknown : `${Math.round(hertz / 1e6)} MHz`);
export const clockTime = (time) => time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export function age(since, now) {
  if (!since) return unknown;
  const seconds = Math.max(0, Math.round((now - new Date(since)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
}

// Names are chosen by whoever runs a container: control characters and marks that turn text around say nothing.
export const printable = (text) => String(text).replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
