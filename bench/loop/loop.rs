//! The back-test's inner loop in Rust, for comparison: what policy/replay.ts, autoscaler.ts and task-pool.ts do for one
//! target tracking policy, one step policy and a schedule. Units as there: seconds, requests per second, ratios.
//! Usage: loop INPUT REPEATS; INPUT is written by bench/loop/input.ts. Prints one JSON object.

use std::time::Instant;

/// Seconds between looks at which tasks have become ready.
const SLICE: f64 = 15.0;
/// Beyond so many tasks the tables no longer differ.
const REGULAR: usize = 32;
const FINE: f64 = 0.005;
const FINE_CELLS: usize = 240;
const COARSE: f64 = 1.05;
/// Share of the time within which a queue is taken to be settled from the start.
const NEGLIGIBLE: f64 = 0.02;
/// Cells of the way are taken this many steps from its ends, or from where queues saturate, at once.
const STEPS: usize = 2;
const STEPS_BUSY: usize = 8;
const NEAR_GOAL: usize = 6;
const STRAIGHT: usize = 4;
/// Which tasks are followed as ones with a backlog, and how: policy/task-pool.ts, policy/backlog.ts and policy/wait-forms.ts.
const BACKLOG: usize = 190;
const AT_LENGTH: f64 = 0.2;
/// policy/cohorts.ts
const ALIKE: f64 = 0.1;
/// policy/task-pool.ts
const CALM: usize = 160;
const MEANS: usize = 96;
const SPREADS: usize = 6;
const ROW: usize = SPREADS + 1;
const STRIDE: f64 = 0.35;
const LEAST: f64 = 0.1;
const AT_REST: f64 = 3.0;
const SETTLED: f64 = 0.95;
const SHORTEST: f64 = 1.0 / 10.0;
/// Cells around where the queue was that are looked at one by one.
const NEAR: usize = 6;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&args[1]).expect("the input file");
    let repeats: usize = args[2].parse().expect("a number of repeats");
    let input = Input::read(&mut Words(text.split_whitespace()));
    let mut result = replay(&input); // warm caches, as the other side does
    let mut best = f64::INFINITY;
    for _ in 0..repeats {
        let started = Instant::now();
        result = std::hint::black_box(replay(std::hint::black_box(&input)));
        best = best.min(started.elapsed().as_secs_f64());
    }
    let late: Vec<String> = result.late.iter().map(f64::to_string).collect();
    println!(
        "{{\"seconds\":{},\"arrived\":{},\"late\":[{}],\"refused\":{},\"taskHours\":{},\"scaleOuts\":{},\"scaleIns\":{}}}",
        best, result.arrived, late.join(","), result.refused, result.task_hours, result.scale_outs, result.scale_ins
    );
}

// ---- input ----

struct Words<'a>(std::str::SplitWhitespace<'a>);

impl Words<'_> {
    fn number(&mut self) -> f64 {
        self.0.next().expect("a number").parse().expect("a number")
    }
    fn count(&mut self) -> usize {
        self.number() as usize
    }
    fn numbers(&mut self) -> Vec<f64> {
        let count = self.count();
        (0..count).map(|_| self.number()).collect()
    }
}

struct Input {
    start: f64,
    startup: f64,
    spread: f64,
    initial: f64,
    slot_rate: f64,
    delay: usize,
    datapoints_out: usize,
    datapoints_in: usize,
    low_factor: f64,
    min: f64,
    max: f64,
    tracking: Tracking,
    step: Step,
    agenda: Vec<Vec<Action>>,
    grid: Vec<f64>,
    /// One ÷ the width of each cell.
    per_width: Vec<f64>,
    tables: Vec<Table>,
    forms: Forms,
    rates: Vec<f64>,
}

/// How waits of a mean and a spread are distributed: policy/wait-forms.ts.
struct Forms {
    service_time: f64,
    max_wait: f64,
    scv: Vec<f64>,
    idle: Vec<f64>,
    late: Vec<f64>,
}

struct Tracking {
    metric: usize,
    setpoint: f64,
    disable_scale_in: bool,
    scale_out_cooldown: f64,
    scale_in_cooldown: f64,
}

struct Step {
    metric: usize,
    statistic: usize,
    comparison: usize,
    threshold: f64,
    span: usize,
    evaluation_periods: usize,
    datapoints: usize,
    adjustment: usize,
    min_adjustment: f64,
    cooldown: f64,
    bands: Vec<[f64; 3]>,
}

#[derive(Clone)]
struct Action {
    weekdays: Option<Vec<f64>>,
    min: Option<f64>,
    max: Option<f64>,
}

struct Table {
    in_system: Vec<f64>,
    refused: Vec<f64>,
    wait: Vec<f64>,
    late: Vec<Vec<f64>>,
    relaxation: Vec<f64>,
    /// Sum of relaxation × width over the cells below.
    way: Vec<f64>,
    /// By whole seconds up to a minute: how many cells, from the lowest on, settle within so long a slice.
    settling: Vec<usize>,
}

impl Input {
    fn read(words: &mut Words) -> Input {
        let mut next = || words.number();
        let [start, startup, spread, initial, slot_rate] = [next(), next(), next(), next(), next()];
        let [delay, datapoints_out, datapoints_in] = [next() as usize, next() as usize, next() as usize];
        let [low_factor, min, max] = [next(), next(), next()];
        let tracking = Tracking {
            metric: next() as usize,
            setpoint: next(),
            disable_scale_in: next() != 0.0,
            scale_out_cooldown: next(),
            scale_in_cooldown: next(),
        };
        let mut step = Step {
            metric: next() as usize,
            statistic: next() as usize,
            comparison: next() as usize,
            threshold: next(),
            span: next() as usize,
            evaluation_periods: next() as usize,
            datapoints: next() as usize,
            adjustment: next() as usize,
            min_adjustment: next(),
            cooldown: next(),
            bands: Vec::new(),
        };
        let bands = words.count();
        step.bands = (0..bands).map(|_| [words.number(), words.number(), words.number()]).collect();
        let agenda = read_agenda(words);
        let grid = words.numbers();
        let thresholds = words.count();
        let tables = (0..REGULAR)
            .map(|_| {
                let (in_system, refused) = (words.numbers(), words.numbers());
                let wait = words.numbers();
                let late = (0..thresholds).map(|_| words.numbers()).collect();
                let relaxation = relaxation(&grid, &in_system, &refused, slot_rate);
                let settling = settling_cells(&grid, &relaxation);
                let way = way(&grid, &relaxation);
                Table { in_system, refused, wait, late, relaxation, way, settling }
            })
            .collect();
        let forms = Forms {
            service_time: words.number(),
            max_wait: words.number(),
            scv: words.numbers(),
            idle: words.numbers(),
            late: words.numbers(),
        };
        let rates = words.numbers();
        let per_width = grid.windows(2).map(|ends| 1.0 / (ends[1] - ends[0])).collect();
        Input {
            start, startup, spread, initial, slot_rate, delay, datapoints_out, datapoints_in, low_factor, min, max,
            tracking, step, agenda, grid, per_width, tables, forms, rates,
        }
    }
}

/// The actions of each minute of the day.
fn read_agenda(words: &mut Words) -> Vec<Vec<Action>> {
    let mut agenda = vec![Vec::new(); 1440];
    for _ in 0..words.count() {
        let (minutes, hours, weekdays) = (words.numbers(), words.numbers(), words.numbers());
        let (min, max) = (words.number(), words.number());
        let some = |value: f64| if value < 0.0 { None } else { Some(value) };
        let weekdays = if weekdays.is_empty() { None } else { Some(weekdays) };
        let action = Action { weekdays, min: some(min), max: some(max) };
        for hour in &hours {
            for minute in &minutes {
                agenda[(hour * 60.0 + minute) as usize].push(action.clone());
            }
        }
    }
    agenda
}

fn relaxation(grid: &[f64], in_system: &[f64], refused: &[f64], slot_rate: f64) -> Vec<f64> {
    let saturated = saturated(grid);
    let mut slowest: f64 = 0.0;
    (0..grid.len())
        .map(|cell| {
            if cell == grid.len() - 1 {
                return f64::INFINITY;
            }
            let slope = (in_system[cell + 1] - in_system[cell]) / (grid[cell + 1] - grid[cell]);
            let seconds = slope.max(1e-9) / (slot_rate * (1.0 - (refused[cell] + refused[cell + 1]) / 2.0));
            slowest = slowest.max(seconds);
            if cell <= saturated { slowest } else { seconds }
        })
        .collect()
}

fn way(grid: &[f64], relaxation: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let below = grid.windows(2).zip(relaxation).map(|(ends, seconds)| {
        let before = sum;
        sum += seconds * (ends[1] - ends[0]);
        before
    });
    let mut way: Vec<f64> = below.collect();
    way.push(sum);
    way
}

fn settling_cells(grid: &[f64], relaxation: &[f64]) -> Vec<usize> {
    let saturated = saturated(grid);
    let mut cells = 0;
    (0..=60)
        .map(|seconds| {
            while cells < saturated && relaxation[cells] < seconds as f64 * NEGLIGIBLE {
                cells += 1;
            }
            cells
        })
        .collect()
}

/// The first cell that reaches a utilization of 1.
fn saturated(grid: &[f64]) -> usize {
    grid.iter().position(|&u| u >= 1.0 - 1e-9).expect("a grid beyond 1") - 1
}

// ---- replay ----

struct Replay {
    arrived: f64,
    late: Vec<f64>,
    refused: f64,
    task_hours: f64,
    scale_outs: usize,
    scale_ins: usize,
}

fn replay(input: &Input) -> Replay {
    let minutes = input.rates.len();
    let thresholds = input.tables[0].late.len();
    let mut fleet = Fleet {
        ready: input.initial, starting: Vec::new(), settled: input.start, scale_outs: 0, scale_ins: 0,
    };
    let mut scaler = Autoscaler::new(input);
    let mut pool = Pool::new(input, thresholds);
    // requestRatePerTask, cpuUtilization, requestRate, responseTime
    let mut metrics: [Vec<f64>; 4] = std::array::from_fn(|_| vec![0.0; minutes]);
    let [mut arrived_by, mut refused_by] = [vec![0.0; minutes], vec![0.0; minutes]];
    let [mut ready_by, mut capacity_by] = [vec![0.0; minutes], vec![0.0; minutes]];
    let mut late_by = vec![vec![0.0; minutes]; thresholds];
    let mut task_seconds = 0.0;
    for minute in 0..minutes {
        let rate = input.rates[minute];
        let time = input.start + minute as f64 * 60.0;
        let end = time + 60.0;
        let [mut arrived, mut refused, mut busy, mut ready_seconds, mut response] = [0.0; 5];
        let mut now = time;
        while now < end {
            if !fleet.starting.is_empty() {
                fleet.settle(now);
            }
            if now == time {
                let view = View {
                    now,
                    ready: fleet.ready,
                    starting: fleet.starting.len() as f64,
                    settled: fleet.settled,
                    metrics: &metrics,
                    visible: minute.saturating_sub(input.delay),
                };
                let wanted = scaler.desired(&view);
                fleet.resize(wanted, now, input);
            }
            let (ready, starting) = (fleet.ready, fleet.starting.len() as f64);
            let span = until_next_start(&fleet.starting, now, end);
            pool.serve(ready, rate, span);
            let served = &pool.slice;
            arrived += served.arrived;
            refused += served.refused;
            for (column, late) in late_by.iter_mut().zip(&served.late) {
                column[minute] += late;
            }
            busy += served.busy * ready * span;
            ready_seconds += ready * span;
            response += served.response_time * span;
            task_seconds += (ready + starting) * span;
            now += span;
        }
        arrived_by[minute] = arrived;
        refused_by[minute] = refused;
        metrics[0][minute] = arrived / ready_seconds;
        metrics[1][minute] = busy / ready_seconds;
        metrics[2][minute] = arrived / 60.0;
        metrics[3][minute] = response / 60.0;
        ready_by[minute] = fleet.ready;
        capacity_by[minute] = fleet.ready + fleet.starting.len() as f64;
    }
    std::hint::black_box((&ready_by, &capacity_by, &metrics));
    Replay {
        arrived: arrived_by.iter().sum(),
        late: late_by.iter().map(|column| column.iter().sum()).collect(),
        refused: refused_by.iter().sum(),
        task_hours: task_seconds / 3600.0,
        scale_outs: fleet.scale_outs,
        scale_ins: fleet.scale_ins,
    }
}

fn until_next_start(starting: &[f64], now: f64, end: f64) -> f64 {
    match starting.first() {
        Some(&first) if first < end => SLICE.max(((first - now) / SLICE).ceil() * SLICE),
        _ => end - now,
    }
}

struct Fleet {
    ready: f64,
    starting: Vec<f64>,
    settled: f64,
    scale_outs: usize,
    scale_ins: usize,
}

impl Fleet {
    fn settle(&mut self, time: f64) {
        while self.starting.first().is_some_and(|&first| first <= time) {
            self.settled = self.starting.remove(0);
            self.ready += 1.0;
        }
    }

    fn resize(&mut self, wanted: f64, time: f64, input: &Input) {
        let current = self.ready + self.starting.len() as f64;
        if wanted > current {
            self.scale_outs += 1;
            let count = wanted - current;
            for i in 0..count as usize {
                let place = 1.0 - input.spread + (2.0 * input.spread * (i as f64 + 0.5)) / count;
                self.starting.push(time + input.startup * place);
            }
            self.starting.sort_by(f64::total_cmp);
        } else if wanted < current {
            self.scale_ins += 1;
            let cancelled = (self.starting.len() as f64).min(current - wanted);
            self.starting.truncate(self.starting.len() - cancelled as usize);
            self.ready -= current - wanted - cancelled;
        }
    }
}

// ---- autoscaler ----

struct View<'a> {
    now: f64,
    ready: f64,
    starting: f64,
    settled: f64,
    metrics: &'a [Vec<f64>; 4],
    visible: usize,
}

struct Autoscaler<'a> {
    input: &'a Input,
    min: f64,
    max: f64,
    scale_in_held_until: f64,
    tracking_cooldown: Cooldown,
    step_cooldown: Cooldown,
    looked: usize,
    above: usize,
    below: usize,
}

impl<'a> Autoscaler<'a> {
    fn new(input: &'a Input) -> Self {
        Autoscaler {
            input,
            min: input.min,
            max: input.max,
            scale_in_held_until: f64::NEG_INFINITY,
            tracking_cooldown: Cooldown { seconds: input.tracking.scale_out_cooldown, activity: None },
            step_cooldown: Cooldown { seconds: input.step.cooldown, activity: None },
            looked: 0,
            above: 0,
            below: 0,
        }
    }

    fn desired(&mut self, view: &View) -> f64 {
        let input = self.input;
        for action in &input.agenda[(view.now / 60.0).floor() as usize % 1440] {
            if occurs(action, view.now) {
                self.min = action.min.unwrap_or(self.min);
                self.max = action.max.unwrap_or(self.max);
            }
        }
        let current = view.ready + view.starting;
        let largest = current.max(self.tracked_out(view)).max(self.stepped(view));
        if largest > current {
            self.scale_in_held_until = f64::NEG_INFINITY;
            return self.bounded(largest);
        }
        let agreed =
            if view.now < self.scale_in_held_until { current } else { current.min(self.tracked_in(view)) };
        let count = self.bounded(agreed);
        if agreed < current && count < current {
            self.scale_in_held_until = view.now + input.tracking.scale_in_cooldown;
        }
        count
    }

    fn bounded(&self, count: f64) -> f64 {
        self.min.max(self.max.min(count))
    }

    /// Counts the newest datapoints in a row above the setpoint and below the low threshold.
    fn look(&mut self, view: &View) {
        let Tracking { metric, setpoint, .. } = self.input.tracking;
        let low = setpoint * self.input.low_factor;
        for &value in &view.metrics[metric][self.looked..view.visible] {
            self.above = if value > setpoint { self.above + 1 } else { 0 };
            self.below = if value < low { self.below + 1 } else { 0 };
        }
        self.looked = view.visible;
    }

    fn tracked_out(&mut self, view: &View) -> f64 {
        let Tracking { metric, setpoint, .. } = self.input.tracking;
        self.tracking_cooldown.tick(view);
        self.look(view);
        if self.above < self.input.datapoints_out {
            return 0.0;
        }
        let base = self.tracking_cooldown.base(view.ready);
        let result = ((base * view.metrics[metric][view.visible - 1]) / setpoint - 1e-9).ceil();
        self.tracking_cooldown.beyond(view, base, result)
    }

    fn tracked_in(&self, view: &View) -> f64 {
        let Tracking { metric, setpoint, disable_scale_in, .. } = self.input.tracking;
        if disable_scale_in || self.below < self.input.datapoints_in {
            return f64::INFINITY;
        }
        ((view.ready * view.metrics[metric][view.visible - 1]) / setpoint - 1e-9).ceil().max(1.0)
    }

    fn stepped(&mut self, view: &View) -> f64 {
        let step = &self.input.step;
        self.step_cooldown.tick(view);
        let Some(value) = breach(step, view) else { return 0.0 };
        let distance = value - step.threshold;
        let Some(band) = step.bands.iter().find(|band| covers(band, distance)) else { return 0.0 };
        if step.adjustment == 2 {
            return band[2];
        }
        let base = self.step_cooldown.base(view.ready + view.starting);
        self.step_cooldown.beyond(view, base, base + added(step, band[2], base))
    }
}

/// Weekdays count from Sunday; 1970-01-01 was a Thursday.
fn occurs(action: &Action, time: f64) -> bool {
    let weekday = ((time / 86_400.0).floor() + 4.0) % 7.0;
    action.weekdays.as_ref().is_none_or(|days| days.contains(&weekday))
}

fn covers(&[lower, upper, _]: &[f64; 3], distance: f64) -> bool {
    if distance >= 0.0 { distance >= lower && distance < upper } else { distance > lower && distance <= upper }
}

fn added(step: &Step, change: f64, base: f64) -> f64 {
    if step.adjustment != 1 {
        return change;
    }
    let sign = |value: f64| if value == 0.0 { 0.0 } else { value.signum() };
    let raw = base * change;
    let rounded = if raw.abs() < 1.0 { sign(raw) } else { (raw + sign(raw) * 1e-9).trunc() };
    sign(rounded) * rounded.abs().max(step.min_adjustment)
}

fn breach(step: &Step, view: &View) -> Option<f64> {
    let (span, visible) = (step.span, view.visible);
    if visible < span {
        return None;
    }
    let values = &view.metrics[step.metric];
    let newest = aggregate(step, &values[visible - span..visible]);
    if !beyond(step, newest) {
        return None;
    }
    let mut breaching = 1;
    for n in 1..step.evaluation_periods {
        if visible < (n + 1) * span {
            break;
        }
        if beyond(step, aggregate(step, &values[visible - (n + 1) * span..visible - n * span])) {
            breaching += 1;
        }
    }
    if breaching >= step.datapoints { Some(newest) } else { None }
}

fn aggregate(step: &Step, values: &[f64]) -> f64 {
    match step.statistic {
        1 => values.iter().copied().fold(f64::INFINITY, f64::min),
        2 => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        _ => values.iter().sum::<f64>() / values.len() as f64,
    }
}

fn beyond(step: &Step, value: f64) -> bool {
    match step.comparison {
        0 => value > step.threshold,
        1 => value >= step.threshold,
        2 => value < step.threshold,
        _ => value <= step.threshold,
    }
}

struct Activity {
    base: f64,
    result: f64,
    until: f64,
}

struct Cooldown {
    seconds: f64,
    activity: Option<Activity>,
}

impl Cooldown {
    fn tick(&mut self, view: &View) {
        if let Some(activity) = &mut self.activity {
            if activity.until == f64::INFINITY && view.starting == 0.0 {
                activity.until = view.settled + self.seconds;
            }
            if view.now >= activity.until {
                self.activity = None;
            }
        }
    }

    fn base(&self, fresh: f64) -> f64 {
        self.activity.as_ref().map_or(fresh, |activity| activity.base)
    }

    fn beyond(&mut self, view: &View, base: f64, result: f64) -> f64 {
        if result <= self.activity.as_ref().map_or(view.ready + view.starting, |activity| activity.result) {
            return 0.0;
        }
        self.activity = Some(Activity { base, result, until: f64::INFINITY });
        result
    }
}

// ---- the pool of tasks ----

struct Slice {
    arrived: f64,
    late: Vec<f64>,
    refused: f64,
    busy: f64,
    response_time: f64,
}

/// policy/cohorts.ts
struct Cohort {
    count: f64,
    in_system: f64,
    spread: f64,
}

struct Pool<'a> {
    input: &'a Input,
    highest: f64,
    saturated: usize,
    in_system: f64,
    /// Of the waits: their variance as a share of the steady state's.
    spread: f64,
    /// Of the queue, as the last slice left it.
    cell: usize,
    tasks: f64,
    cohorts: Vec<Cohort>,
    /// Of several cohorts.
    sum: Slice,
    slice: Slice,
}

impl<'a> Pool<'a> {
    fn new(input: &'a Input, thresholds: usize) -> Self {
        let empty = || Slice { arrived: 0.0, late: vec![0.0; thresholds], refused: 0.0, busy: 0.0, response_time: 0.0 };
        Pool {
            input,
            highest: input.grid[input.grid.len() - 1] * 0.999,
            saturated: saturated(&input.grid),
            in_system: 0.0,
            spread: 1.0,
            cell: 0,
            tasks: 0.0,
            cohorts: Vec::new(),
            sum: empty(),
            slice: empty(),
        }
    }

    fn serve(&mut self, tasks: f64, rate: f64, seconds: f64) {
        if tasks != self.tasks {
            self.resize(tasks);
        }
        if self.cohorts.len() == 1 {
            self.serve_cohort(0, rate, seconds);
        } else {
            self.serve_all(rate, seconds);
        }
        let slice = &mut self.slice;
        slice.arrived = rate * seconds;
        let accepted = 1e-9_f64.max((rate / tasks) * (1.0 - slice.refused));
        slice.response_time = if rate > 0.0 { self.in_system / accepted } else { 0.0 };
        for late in &mut slice.late {
            *late *= slice.arrived;
        }
        slice.refused *= slice.arrived;
    }

    fn resize(&mut self, tasks: f64) {
        let mut more = tasks - self.tasks;
        self.tasks = tasks;
        if more > 0.0 {
            self.cohorts.push(Cohort { count: more, in_system: 0.0, spread: 1.0 });
            if self.cohorts.len() > 1 {
                self.take_together();
            }
        }
        while more < 0.0 {
            let newest = self.cohorts.last_mut().unwrap();
            let gone = newest.count.min(-more);
            newest.count -= gone;
            more += gone;
            if newest.count == 0.0 {
                self.cohorts.pop();
            }
        }
    }

    fn serve_cohort(&mut self, which: usize, rate: f64, seconds: f64) {
        let utilization = rate / (self.tasks * self.input.slot_rate);
        let Cohort { in_system, spread, .. } = self.cohorts[which];
        self.spread = spread;
        self.follow(&self.input.tables[(self.tasks as usize).min(REGULAR) - 1], utilization, seconds, in_system);
        self.cohorts[which].in_system = self.in_system;
        self.cohorts[which].spread = self.spread;
    }

    /// Leaves the means of all cohorts where those of one are left.
    fn serve_all(&mut self, rate: f64, seconds: f64) {
        let mut in_system = 0.0;
        self.sum.late.fill(0.0);
        self.sum.refused = 0.0;
        self.sum.busy = 0.0;
        for which in 0..self.cohorts.len() {
            self.serve_cohort(which, rate, seconds);
            let share = self.cohorts[which].count / self.tasks;
            let (sum, slice) = (&mut self.sum, &self.slice);
            for (all, late) in sum.late.iter_mut().zip(&slice.late) {
                *all += share * late;
            }
            sum.refused += share * slice.refused;
            sum.busy += share * slice.busy;
            in_system += share * self.in_system;
        }
        std::mem::swap(&mut self.sum, &mut self.slice);
        self.in_system = in_system;
        self.take_together();
    }

    fn take_together(&mut self) {
        let calm = self.input.tables[(self.tasks as usize).min(REGULAR) - 1].in_system[CALM];
        self.cohorts.dedup_by(|newer, older| {
            let (a, b) = (older.in_system, newer.in_system);
            let longer = a.max(b);
            let alike = longer <= calm || (a - b).abs() <= ALIKE * longer;
            if alike {
                let count = older.count + newer.count;
                let share = older.count / count;
                older.in_system = share * a + (1.0 - share) * b;
                older.spread = share * older.spread + (1.0 - share) * newer.spread;
                older.count = count;
            }
            alike
        });
    }

    /// Leaves the shares late, refused and busy in the slice, and what is in each task at the end.
    fn follow(&mut self, table: &Table, target: f64, seconds: f64, in_system: f64) {
        let goal = target.min(self.highest);
        let end = self.cell_of(goal);
        let settling = table.settling[seconds.min(60.0) as usize];
        if end < settling && in_system < table.in_system[settling] {
            return self.settle(table, goal, end);
        }
        self.pursue(table, goal, end, seconds, in_system)
    }

    fn pursue(&mut self, table: &Table, goal: f64, end: usize, seconds: f64, in_system: f64) {
        let grid = &self.input.grid;
        let mut cell = located(&table.in_system, in_system, self.cell);
        let fullest = cell.max(end);
        if fullest < self.saturated && table.relaxation[fullest] < seconds * NEGLIGIBLE {
            return self.settle(table, goal, end);
        }
        let slow = fullest >= self.saturated || table.relaxation[fullest] > seconds * AT_LENGTH;
        if self.input.forms.max_wait > 0.0 && (self.spread < 1.0 || (fullest >= BACKLOG && slow)) {
            self.cell = cell;
            return self.follow_backlog(table, goal, seconds, in_system);
        }
        let width = table.in_system[cell + 1] - table.in_system[cell];
        let within = if width > 0.0 { ((in_system - table.in_system[cell]) / width).min(1.0) } else { 0.0 };
        let mut at = grid[cell] + within * (grid[cell + 1] - grid[cell]);
        self.slice.late.fill(0.0);
        self.slice.refused = 0.0;
        self.slice.busy = 0.0;
        let rises = goal > at;
        let mut left = seconds;
        while left > 1e-9 && !self.is_near(cell, goal, end) {
            let steps = if cell < self.saturated { STEPS } else { STEPS_BUSY };
            let cells = (end.abs_diff(cell).min(self.saturated.abs_diff(cell)) / steps).max(1);
            let (low, high) = if rises { (cell, cell + cells) } else { (cell + 1 - cells, cell + 1) };
            let border = grid[if rises { high } else { low }];
            let time_constant = self.mean_relaxation(table, low, high);
            let crossing = time_constant * ((goal - at) / (goal - border)).ln();
            let crosses = crossing <= left;
            let spent = if crosses { crossing } else { left };
            let next = if crosses { border } else { goal - (goal - at) * (-spent / time_constant).exp() };
            let mean = (at + next) / 2.0;
            self.pass(table, if cells == 1 { low } else { self.cell_of(mean) }, mean, spent);
            left -= spent;
            at = next;
            if crosses {
                cell = if rises { high } else { low.saturating_sub(1) };
            } else if cells > 1 {
                cell = self.cell_of(next);
            }
        }
        if left > 1e-9 {
            let time_constant = self.mean_relaxation(table, cell.min(end), cell.max(end) + 1);
            let fading = (-left / time_constant).exp();
            let covered = (goal - at) * (1.0 - fading);
            let mean = goal - (covered * time_constant) / left;
            self.pass(table, self.cell_of(mean), mean, left);
            at += covered;
            cell = self.cell_of(at);
        }
        let each = 1.0 / seconds;
        let slice = &mut self.slice;
        slice.late.iter_mut().for_each(|late| *late = (*late * each).min(1.0));
        slice.refused = (slice.refused * each).min(1.0);
        slice.busy = (slice.busy * each).min(1.0);
        self.in_system = mix(&table.in_system, cell, self.share_of(cell, at));
        self.spread = 1.0;
        self.cell = cell;
    }

    /// policy/backlog.ts
    fn follow_backlog(&mut self, table: &Table, goal: f64, seconds: f64, in_system: f64) {
        let states = States { table, grid: &self.input.grid, forms: &self.input.forms, full: self.input.slot_rate, goal };
        let most = table.in_system[table.in_system.len() - 1];
        let mut here = states.look_at(in_system.min(most), 0.0, self.cell);
        here = states.look_at(here.in_system, self.spread * here.steady, here.cell);
        self.slice.late.fill(0.0);
        self.slice.refused = 0.0;
        self.slice.busy = 0.0;
        let mut left = seconds;
        while left > 1e-9 {
            let next = states.next_stop(&here, most);
            let way = next - here.in_system;
            let likely = if here.rise == 0.0 { left } else { left.min((way / here.rise).abs()) };
            let there = states.look_at(next, variance_after(likely, &here, &here, 0.0), here.cell);
            let (span, share, ..) = go(&here, &there, way, seconds, left);
            let spent = if share == 1.0 { span } else { likely };
            let mut there = states.look_at(next, variance_after(spent, &here, &there, 0.5), there.cell);
            let (span, share, weight, settles) = go(&here, &there, way, seconds, left);
            let (first, last) = (span * (1.0 - weight), span * weight);
            let slice = &mut self.slice;
            slice.refused += first * here.refused + last * there.refused;
            slice.busy += first * (1.0 - here.idle) + last * (1.0 - there.idle);
            for i in 0..slice.late.len() {
                slice.late[i] += first * states.late_at(&here, i) + last * states.late_at(&there, i);
            }
            left -= span;
            if share < 1.0 {
                let variance = if settles { f64::INFINITY } else { variance_after(span, &here, &there, weight) };
                there = states.look_at(here.in_system + share * way, variance, there.cell);
            }
            here = there;
        }
        let each = 1.0 / seconds;
        let slice = &mut self.slice;
        slice.late.iter_mut().for_each(|late| *late = (*late * each).min(1.0));
        slice.refused = (slice.refused * each).min(1.0);
        slice.busy = (slice.busy * each).min(1.0);
        self.in_system = here.in_system;
        self.spread = if here.spread > SETTLED { 1.0 } else { here.spread };
        self.cell = here.cell;
    }

    fn is_near(&self, cell: usize, goal: f64, end: usize) -> bool {
        let grid = &self.input.grid;
        let apart = end.abs_diff(cell);
        (apart <= NEAR_GOAL && apart * STRAIGHT + cell.max(end) <= self.saturated)
            || (goal >= grid[cell] && goal <= grid[cell + 1])
    }

    fn mean_relaxation(&self, table: &Table, low: usize, high: usize) -> f64 {
        let grid = &self.input.grid;
        (table.way[high] - table.way[low]) / (grid[high] - grid[low])
    }

    fn pass(&mut self, table: &Table, cell: usize, mean: f64, seconds: f64) {
        let share = self.share_of(cell, mean).max(0.0).min(1.0);
        let refused = mix(&table.refused, cell, share);
        let slice = &mut self.slice;
        slice.refused += seconds * refused;
        slice.busy += seconds * (mean * (1.0 - refused)).min(1.0);
        for (late, values) in slice.late.iter_mut().zip(&table.late) {
            *late += seconds * mix(values, cell, share);
        }
    }

    fn share_of(&self, cell: usize, utilization: f64) -> f64 {
        (utilization - self.input.grid[cell]) * self.input.per_width[cell]
    }

    fn settle(&mut self, table: &Table, utilization: f64, cell: usize) {
        let share = self.share_of(cell, utilization);
        let slice = &mut self.slice;
        for (late, values) in slice.late.iter_mut().zip(&table.late) {
            *late = mix(values, cell, share);
        }
        slice.refused = mix(&table.refused, cell, share);
        slice.busy = (utilization * (1.0 - slice.refused)).min(1.0);
        self.in_system = mix(&table.in_system, cell, share);
        self.spread = 1.0;
        self.cell = cell;
    }

    fn cell_of(&self, utilization: f64) -> usize {
        let grid = &self.input.grid;
        if utilization < grid[FINE_CELLS] {
            return (utilization * (1.0 / FINE)).floor() as usize;
        }
        let guess = FINE_CELLS + ((utilization / grid[FINE_CELLS]).ln() / COARSE.ln()).floor() as usize;
        guess.min(grid.len() - 2)
    }
}

fn located(table: &[f64], in_system: f64, guess: usize) -> usize {
    let (mut low, mut high) = (0, table.len() - 1);
    let mut cell = guess;
    for _ in 0..NEAR {
        if table[cell] > in_system && cell > 0 {
            cell -= 1;
        } else if cell + 1 < high && table[cell + 1] <= in_system {
            cell += 1;
        } else {
            return cell;
        }
    }
    while high - low > 1 {
        let middle = (low + high) >> 1;
        if table[middle] <= in_system { low = middle } else { high = middle }
    }
    low
}

fn mix(values: &[f64], cell: usize, share: f64) -> f64 {
    values[cell] + share * (values[cell + 1] - values[cell])
}

// ---- tasks with a backlog ----

struct States<'a> {
    table: &'a Table,
    grid: &'a [f64],
    forms: &'a Forms,
    full: f64,
    goal: f64,
}

struct Moment {
    in_system: f64,
    cell: usize,
    within: f64,
    wait: f64,
    variance: f64,
    steady: f64,
    spread: f64,
    refused: f64,
    idle: f64,
    rise: f64,
    noise: f64,
    sink: f64,
    form: usize,
    mean: f64,
    deviation: f64,
}

impl States<'_> {
    fn look_at(&self, in_system: f64, variance: f64, guess: usize) -> Moment {
        let (table, forms, goal, max_wait) = (self.table, self.forms, self.goal, self.forms.max_wait);
        let mut cell = guess;
        while cell > 0 && table.in_system[cell] > in_system {
            cell -= 1;
        }
        while cell + 2 < table.in_system.len() && table.in_system[cell + 1] <= in_system {
            cell += 1;
        }
        let gap = table.in_system[cell + 1] - table.in_system[cell];
        let within = if gap > 0.0 { ((in_system - table.in_system[cell]) / gap).min(1.0) } else { 0.0 };
        let at = mix(self.grid, cell, within);
        let wait = max_wait.min(mix(&table.wait, cell, within));
        let refused = mix(&table.refused, cell, within);
        let unused = 0.0_f64.max(1.0 - at * (1.0 - refused));
        let place = place_of(wait / max_wait);
        let lower = (place as usize).min(MEANS - 1);
        let mean = place - lower as f64;
        let nearer = wait.min(max_wait - wait);
        let steady = nearer * nearer * mix(&forms.scv, lower, mean);
        let least = unused.min(0.0_f64.max(1.0 - in_system / (self.full * forms.service_time)));
        let settled = if unused > 0.0 { least / unused } else { 0.0 };
        let spread = if variance < steady { (variance / steady).max(settled) } else { 1.0 };
        let deviations = SPREADS as f64 * spread.sqrt();
        let below = (deviations as usize).min(SPREADS - 1);
        let deviation = deviations - below as f64;
        let form = lower * ROW + below;
        let mirror = (MEANS - lower) * ROW + below;
        let idle = least + (unused - least) * formed(&forms.idle, form, form + ROW, mean, deviation);
        let denied = refused * formed(&forms.idle, mirror, mirror - ROW, mean, deviation);
        let rest = max_wait - wait;
        let variance = spread * steady;
        let taken = 2.0 * (wait * idle + rest * goal * denied);
        Moment {
            in_system,
            cell,
            within,
            wait,
            variance,
            steady,
            spread,
            refused: denied,
            idle,
            rise: self.full * (goal * (1.0 - denied) - (1.0 - idle)),
            noise: (2.0 * (wait * unused + rest * at * refused) * goal) / at.max(1e-9),
            sink: if variance > 0.0 { taken / variance } else { 0.0 },
            form,
            mean,
            deviation,
        }
    }

    fn next_stop(&self, here: &Moment, most: f64) -> f64 {
        let scale = here.wait.min(self.forms.max_wait - here.wait) + LEAST * self.forms.service_time;
        let step = STRIDE * scale * self.full;
        if here.rise > 0.0 { most.min(here.in_system + step) } else { 0.0_f64.max(here.in_system - step) }
    }

    fn late_at(&self, at: &Moment, threshold: usize) -> f64 {
        let (late, count) = (&self.forms.late, self.table.late.len());
        let low = at.form * count + threshold;
        let high = low + ROW * count;
        let one = late[low] + at.deviation * (late[low + count] - late[low]);
        let other = late[high] + at.deviation * (late[high + count] - late[high]);
        let share = one + at.mean * (other - one) + at.spread * mix(&self.table.late[threshold], at.cell, at.within);
        1.0_f64.min(at.refused.max(share))
    }
}

fn place_of(share: f64) -> f64 {
    MEANS as f64 * if share <= 0.5 { (share / 2.0).sqrt() } else { 1.0 - ((1.0 - share) / 2.0).sqrt() }
}

fn formed(values: &[f64], low: usize, high: usize, mean: f64, deviation: f64) -> f64 {
    let one = mix(values, low, deviation);
    one + mean * (mix(values, high, deviation) - one)
}

/// Seconds, the share of the way that is made, the weight of its end, and whether the queue is settled.
fn go(here: &Moment, there: &Moment, way: f64, seconds: f64, left: f64) -> (f64, f64, f64, bool) {
    let lost = here.rise - there.rise;
    let rests = way == 0.0 || here.rise * there.rise <= 0.0;
    let decay = if way == 0.0 { 0.0 } else { lost / way };
    let bends = lost.abs() > 1e-6 * here.rise.abs();
    let crossing = if rests {
        f64::INFINITY
    } else if bends {
        (here.rise / there.rise).ln() / decay
    } else {
        way / here.rise
    };
    let unsettled = rests && here.spread.min(there.spread) < SETTLED;
    let patience = if unsettled { (seconds * SHORTEST).max(1.0 / here.sink) } else { left };
    let span = left.min(crossing).min(patience);
    let passed = decay * span;
    let share = if crossing <= left {
        1.0
    } else if bends {
        (here.rise / lost) * (1.0 - (-passed).exp())
    } else if way == 0.0 {
        0.0
    } else {
        (here.rise * span) / way
    };
    let weight = if passed.abs() < 1e-4 { 0.5 } else { 1.0 / (1.0 - (-passed).exp()) - 1.0 / passed };
    (span, share, share * weight, rests && span * here.sink > AT_REST)
}

fn variance_after(seconds: f64, here: &Moment, there: &Moment, weight: f64) -> f64 {
    let noise = here.noise + weight * (there.noise - here.noise);
    let sink = here.sink + weight * (there.sink - here.sink);
    if sink * seconds < 1e-6 {
        return here.variance + noise * seconds;
    }
    noise / sink + (here.variance - noise / sink) * (-seconds * sink).exp()
}
