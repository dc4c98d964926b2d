/** The page's style sheet: light or dark as the reader has it, one column where the window is small. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2530; --dim: #5b6774; --paper: #fff; --line: #d5dbe1;
  --good: #1a7f4b; --bad: #c02b2b; --open: #96650a; --told: #2f6fb3; --soft: #f3f5f7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --dim: #9aa7b4; --paper: #14191f;
  --line: #36414d; --good: #4cc38a; --bad: #ff7b72; --open: #e3b341; --told: #6cb0f5; --soft: #1d242c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 70rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .75rem; padding: .5rem .75rem; background: var(--soft);
  border-left: .35rem solid var(--dim); }
h2.good { border-color: var(--good); } h2.bad { border-color: var(--bad); } h2.open { border-color: var(--open); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p, footer { color: var(--dim); margin: .25rem 0; } footer { margin-top: 2.5rem; font-size: .85rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
dt { color: var(--dim); } dd { margin: 0; }
ol { list-style: none; margin: 0; padding: 0; }
ol li { display: grid; grid-template-columns: 5.5rem 1fr; gap: 0 1rem; }
time { color: var(--dim); text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; font-weight: 600; margin: .75rem 0 .25rem; }
.row { display: grid; grid-template-columns: minmax(8rem, 15rem) 6rem 1fr; gap: 0 1rem; align-items: center;
  padding: .3rem 0; border-top: 1px solid var(--line); break-inside: avoid; }
.name { font-family: ui-monospace, monospace; font-size: .9em; }
.phase { font-weight: 600; color: var(--open); }
.phase.back, .phase.present { color: var(--good); } .phase.missed { color: var(--bad); }
.track { position: relative; height: 1rem; margin-right: .5rem; background:
  linear-gradient(var(--line), var(--line)) center / 100% 1px no-repeat; }
.row i, .key i { width: .6rem; height: .6rem; border-radius: 50%; border: 2px solid var(--dim); background: var(--paper); }
.row i { position: absolute; top: .2rem; margin-left: -.3rem; }
i.answered { border-color: var(--told); background: var(--told); }
i.back { border-color: var(--good); background: var(--good); }
i.missed { border-color: var(--bad); background: var(--bad); border-radius: 0; }
.key span { white-space: nowrap; margin-right: .8rem; } .key i { display: inline-block; margin-right: .35rem; }
.steps { grid-column: 3; color: var(--dim); font-size: .85rem; }
.scale { height: 1.4rem; background: none; color: var(--dim); font-size: .8rem; }
.scale span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.scale span:first-child { transform: none; } .scale span:last-child { transform: translateX(-100%); }
@media (max-width: 42rem) { body { padding: .75rem; } .row { grid-template-columns: 1fr max-content; }
  .row > .track, .steps { grid-column: 1 / -1; } dl { grid-template-columns: 1fr; } dd { margin-bottom: .35rem; }
  ol li { grid-template-columns: 4rem 1fr; } .head > :not(.track) { display: none; } .scale span:nth-child(even) { display: none; } }
@media print { body { max-width: none; padding: 0; } }
`;
