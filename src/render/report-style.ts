/** The style sheet of the HTML report: phone first, light and dark, and paper. */

export const REPORT_STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ground:#f4f5f7;--ink:#1a1d21;--soft:#555d66;--rule:#d5d9de;--link:#0b57a4;--critical:#b3141b;--warning:#8a5200;--ok:#1a6b35;--info:#4a545f;--bar-critical:#c9353c;--bar-warning:#d08a1d;--bar-ok:#3f9a5c;--bar-info:#8a949e}
@media (prefers-color-scheme:dark){:root{--paper:#1b1f24;--ground:#12151a;--ink:#e8eaed;--soft:#a9b1ba;--rule:#3a4149;--link:#8ab8f0;--critical:#ff9a94;--warning:#f0b860;--ok:#7fd19a;--info:#b4bcc5;--bar-critical:#e0605c;--bar-warning:#d99a35;--bar-ok:#4fae6e;--bar-info:#727c87}}
*{box-sizing:border-box}
html{scroll-behavior:auto;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.6 -apple-system,BlinkMacSystemFont,"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR","Noto Sans CJK KR","Segoe UI",sans-serif;word-break:keep-all;overflow-wrap:anywhere}
header,nav,main{max-width:60rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}
h1{font-size:1.6rem;line-height:1.3;margin:.1rem 0 .8rem}
h2{font-size:1.1rem;line-height:1.4;margin:0 0 .7rem}
p{margin:0 0 .5rem}
.kicker{color:var(--soft);font-size:.9rem;margin:0}
.quiet{color:var(--soft)}
.alarm{border:2px solid var(--critical);border-radius:.4rem;color:var(--critical);font-weight:700;padding:.6rem .8rem}
nav ul{list-style:none;margin:0 0 1rem;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.9rem}
nav a{color:var(--link);display:inline-block;padding:.25rem 0}
section{background:var(--paper);border:1px solid var(--rule);border-radius:.5rem;padding:1rem;margin:0 0 1rem}
.lines{margin:0;padding-left:1.2rem}
.lines li{margin:0 0 .3rem}
#summary .lines{list-style:none;padding:0}
#summary .lines li:first-child{font-size:1.1rem;font-weight:700}
dl{margin:0}
dl>div{display:grid;grid-template-columns:6.5rem 1fr;gap:.2rem .8rem;padding:.3rem 0;border-top:1px solid var(--rule)}
dl>div:first-child{border-top:0}
dt{color:var(--soft)}
dd{margin:0;min-width:0}
.critical{color:var(--critical)}.warning{color:var(--warning)}.ok{color:var(--ok)}.info{color:var(--info)}
.wide{overflow-x:auto}dl+.wide{margin-top:1rem}
.wide:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
caption{text-align:left;color:var(--soft);font-size:.85rem;padding-bottom:.3rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;border-top:1px solid var(--rule);min-width:3rem}
thead th{border-top:0;color:var(--soft);font-weight:400;white-space:nowrap}
tbody th{font-weight:600;min-width:5.2rem}
.entries{list-style:none;margin:0;padding:0}
.entries>li{color:var(--ink);border-left:3px solid var(--bar-info);padding:0 0 .2rem .8rem;margin:0 0 .9rem}
.entries>.critical{border-color:var(--bar-critical)}.entries>.warning{border-color:var(--bar-warning)}.entries>.ok{border-color:var(--bar-ok)}
.when{margin:0;font-size:.85rem;color:var(--soft);font-variant-numeric:tabular-nums}
.critical .tone{color:var(--critical)}.warning .tone{color:var(--warning)}.ok .tone{color:var(--ok)}
.by::before{content:"· "}
.evidence{font-size:.85rem;color:var(--soft);display:flex;flex-wrap:wrap;gap:0 1rem}
.evidence>div{display:block;border:0;padding:0}
.evidence dt{display:inline}.evidence dt::after{content:" "}
.evidence dd{display:inline;color:var(--ink)}
.charts{display:grid;grid-template-columns:1fr;gap:1.5rem}
figure{margin:0;max-width:30rem}
figcaption{font-weight:600;margin:0 0 .4rem}
figcaption .quiet{font-weight:400;font-size:.85rem;display:block}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--ink);font-size:12px;font-family:inherit}
.grid{stroke:var(--rule);stroke-width:1}
.curve{fill:none;stroke:var(--link);stroke-width:2;stroke-linejoin:round}
.dot{fill:var(--link)}
.bar.critical{fill:var(--bar-critical)}.bar.warning{fill:var(--bar-warning)}.bar.ok{fill:var(--bar-ok)}.bar.info{fill:var(--bar-info)}
details{margin-top:.4rem;font-size:.9rem}
summary{color:var(--link);cursor:pointer;padding:.25rem 0}
.away{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.prompts{margin:0 0 .6rem;padding-left:1.2rem;color:var(--soft)}
.blank{border:1px dashed var(--soft);border-radius:.3rem;min-height:7rem;padding:.5rem .7rem}
.blank p{color:var(--soft);font-size:.85rem}
#source dd{font-family:ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace;font-size:.85rem;word-break:break-all}
@media (min-width:48rem){header{padding-top:2.5rem}section{padding:1.3rem 1.6rem}.charts{grid-template-columns:1fr 1fr}dl>div{grid-template-columns:9rem 1fr}}
@media print{:root{color-scheme:light;--paper:#fff;--ground:#fff;--ink:#000;--soft:#444;--rule:#bbb;--link:#000;--critical:#8f0d13;--warning:#6b4000;--ok:#125227;--info:#333}body{font-size:10.5pt}nav,details{display:none}section{border:0;border-top:1px solid var(--rule);border-radius:0;padding:.6rem 0;margin:0}h2{break-after:avoid}.entries>li,figure,tr,dl>div{break-inside:avoid}.wide{overflow:visible}.blank{min-height:10rem}header,main{max-width:none;padding:0}}
`
