/** How the page looks, by day and by night. */
export const pageStyle = `
:root { --ink: #1c1b22; --dim: #6c6a78; --line: #e4e2ea; --paper: #fbfafc; --card: #ffffff; --accent: #5b3df5;
  --good: #12805c; --warn: #a15c07; --bad: #c0282d; --hover: #f3f1f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceaf2; --dim: #9a97a8; --line: #2f2d3a; --paper: #15141b;
  --card: #1d1c25; --accent: #a594ff; --good: #4fd1a1; --warn: #f0b35a; --bad: #ff7b7b; --hover: #262431; } }
* { box-sizing: border-box; margin: 0; }
body { background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, sans-serif; max-width: 1240px;
  margin: 0 auto; padding: 24px 24px 64px; }
header { display: flex; align-items: center; gap: 16px; margin-bottom: 20px; }
h1 { font-size: 22px; font-weight: 650; letter-spacing: -0.02em; }
h1 span { color: var(--accent); }
h2 { font-size: 18px; font-weight: 650; overflow-wrap: anywhere; }
h3 { font-size: 12px; font-weight: 600; color: var(--dim); text-transform: uppercase; letter-spacing: 0.06em;
  margin: 24px 0 8px; }
#state { color: var(--dim); font-size: 13px; display: flex; align-items: center; gap: 7px; }
#state::before { content: ''; width: 8px; height: 8px; border-radius: 50%; background: var(--good); }
#state.away::before { background: var(--bad); }
figure { margin-left: auto; text-align: right; color: var(--dim); font-size: 12px; }
canvas { display: block; width: 240px; height: 40px; margin-left: auto; }
#counts { display: grid; grid-template-columns: repeat(auto-fill, minmax(118px, 1fr)); gap: 10px; margin-bottom: 20px; }
.count { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; }
.count b { display: block; font-size: 22px; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -0.02em; }
.count span { color: var(--dim); font-size: 12px; white-space: nowrap; }
.count.bad b { color: var(--bad); }
.count.warn b { color: var(--warn); }
#bar { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 12px; border-bottom: 1px solid var(--line);
  margin-bottom: 12px; }
nav { display: flex; flex-wrap: wrap; gap: 2px; flex: 1; }
nav button { font: inherit; color: var(--dim); background: none; border: 0; border-bottom: 2px solid transparent;
  padding: 8px 9px; cursor: pointer; }
nav button:hover { color: var(--ink); }
nav button[aria-current='page'] { color: var(--accent); border-color: var(--accent); font-weight: 600; }
input { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 5px 10px; width: 180px; margin-bottom: 6px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; font-size: 12px; color: var(--dim); white-space: nowrap; }
th, td { padding: 8px 14px; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
tbody tr:hover { background: var(--hover); }
tr.open { cursor: pointer; }
td { overflow-wrap: anywhere; }
td.number, td.time, td.code { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.number { text-align: right; }
td.time, .dim { color: var(--dim); }
td.json { font: 12px/1.6 ui-monospace, monospace; color: var(--dim); max-width: 460px; }
td.json div { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.tag { display: inline-block; border-radius: 99px; padding: 0 9px; font-size: 12px; font-weight: 600; white-space: nowrap;
  border: 1px solid currentColor; color: var(--dim); }
.tag.good { color: var(--good); } .tag.warn { color: var(--warn); } .tag.bad { color: var(--bad); }
.empty { padding: 48px; text-align: center; color: var(--dim); }
.more { display: block; margin: 14px auto; }
.plain { font: inherit; color: var(--accent); background: none; border: 0; cursor: pointer; padding: 4px 0; }
dl { display: grid; grid-template-columns: minmax(140px, 240px) 1fr; }
dt, dd { padding: 7px 14px; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
dt { color: var(--dim); } dt:last-of-type, dd:last-of-type { border-bottom: 0; }
@media (max-width: 700px) { body { padding: 14px; } figure { display: none; } input { width: 100%; } }
`
