// Settings whose code is compiled, and the program that does so.

export const SETTINGS = [
  { strategy: "consecutive", error_threshold: 7 },
  { strategy: "net_error", recovery_timeout: 500 },
  { strategy: "debounce", up: 3, down: 2 },
  { strategy: "debounce", up_to: 4, down_to: 10, slow_call: 1000 },
  { strategy: "timed_consecutive", quiet: 20000, lump: 200 },
  { strategy: "timed_consecutive", quiet: "null" },
  { strategy: "failures_per_period", per_period: 4, period: 60000 },
  { strategy: "count_window", calls: 200, calls_percent: 30, slow_start: 20000 },
  { strategy: "time_window", window: 90000, buckets: 30, observe_only: "true" },
  { strategy: "decaying_rate", k: 5, half_life: 60000, jitter: 20 },
  { strategy: "consecutive", beside: "failures_per_period", slow_call: 2000, slow_start: 30000 },
  { strategy: "net_error", beside: "count_window", calls: 20, observe_only: "true" },
  { strategy: "debounce", beside: "time_window", up_to: 2, slow_call: 500, slow_start: 5000, observe_only: "true" },
  { schedule: "doubling", lockout: 9, reset_time: 120000, recovery_threshold: 3, max_probes: 4 },
  { schedule: "growing", growth: 125, cap: 600000, max_wait: 1800000, probe_timeout: 5000 },
  { schedule: "each", jitter: 99, start_by_probing: "true", dropped: "failure", recovery_threshold: 32 },
];

const indent = (code) => code.trimEnd().split("\n").map((line) => (line ? `    ${line}` : line)).join("\n");

/** Each static is used; each service is told its settings file once more, which must change nothing. */
export function program(all) {
  const modules = all.map(({ static: fixed, service }, i) =>
    `mod fixed_${i} {\n${indent(fixed)}\n    pub fn id() -> &'static str { DB.id() }\n}\n` +
    `mod service_${i} {\n${indent(service)}\n    pub fn make() -> Result<Breaker, ConfigError> { db() }\n}\n`);
  const rows = all.map(({ settings, slowStart }, i) => `    same(${i}, fixed_${i}::id(), service_${i}::make(), ${JSON.stringify(settings)}, ${slowStart});`);
  return `// What the page showed to copy.
#![deny(warnings)]

${modules.join("\n")}
fn same(number: usize, id: &str, service: Result<mcb::server::Breaker, mcb::ConfigError>, file: &str, slow_start: u64) {
    let told = || -> Result<bool, Box<dyn std::error::Error>> {
        let settings: mcb::settings::Settings = toml::from_str(file)?;
        let slow_start = (slow_start > 0).then(|| std::time::Duration::from_millis(slow_start));
        Ok(service?.reconfigure(settings.config("db")?.slow_start_if(slow_start))?)
    };
    match told() {
        Ok(false) if id == "db" => println!("ok    {number}"),
        Ok(_) => println!("FAIL  {number}: the service and its settings differ\\n{file}"),
        Err(error) => println!("FAIL  {number}: {error}\\n{file}"),
    }
}

fn main() {
${rows.join("\n")}
}
`;
}
