import { dark, light, variablesOf } from './symbols.ts';

/** The page's style: both themes, and one of two sizes of every chart. */
export const pageStyle = `
:root{color-scheme:light;${variablesOf(light)}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${variablesOf(dark)}}}
:root[data-theme=dark]{color-scheme:dark;${variablesOf(dark)}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
header,nav,main,footer{max-width:1144px;margin:0 auto;padding:0 2rem}
header{display:flex;gap:1rem 2rem;align-items:flex-start;justify-content:space-between;padding-top:1.8rem}
h1{font-size:1.75rem;line-height:1.25;margin:0 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.3;margin:0 0 .3rem}
h3{font-size:1.05rem;margin:1.6rem 0 .4rem}
p{margin:.4rem 0;max-width:52rem;overflow-wrap:anywhere}
.facts,.how,footer{color:var(--muted)}
.facts{font-size:.95rem}
a{color:var(--accent)}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem .5rem;list-style:none;margin:1.1rem 0 0;padding:0 0 1.1rem;border-bottom:1px solid var(--line);font-size:.92rem}
nav a{display:block;padding:.15rem .65rem;border-radius:1rem;background:var(--panel);text-decoration:none}
nav a:hover{text-decoration:underline}
section{padding:2.2rem 0 .4rem;scroll-margin-top:0}
section+section{border-top:1px solid var(--line);margin-top:1.8rem}
button{font:inherit;color:inherit}
#theme{flex:none;padding:.3rem .8rem;border:1px solid var(--other);border-radius:6px;background:var(--panel);cursor:pointer;font-size:.9rem}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.scroll{overflow-x:auto;margin:.8rem 0;max-width:100%}
table{border-collapse:separate;border-spacing:0;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);white-space:nowrap;text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--other);vertical-align:bottom}
th[scope=row]{font-weight:500;position:sticky;left:0;background:var(--back)}
td p{margin:0 0 .2rem}
td.wrap{white-space:normal;min-width:18rem;max-width:44rem;overflow-wrap:anywhere}
tbody tr:hover>*{background:var(--panel)}
.right{text-align:right}
.dim{color:var(--muted);font-size:.93em}
.sortable button{border:0;background:none;padding:0;font-weight:600;cursor:pointer;white-space:nowrap}
.sortable button::after{content:"↕";display:inline-block;width:1em;text-align:center;color:var(--muted);font-weight:400}
.sortable [aria-sort=ascending] button::after{content:"↑";color:var(--accent)}
.sortable [aria-sort=descending] button::after{content:"↓";color:var(--accent)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.good,.bad,.unsure{font-weight:600;white-space:nowrap}
.good{color:var(--kind-2)}.bad{color:var(--kind-1)}.unsure{color:var(--muted)}
figure{margin:1rem 0}
figure svg{display:block;max-width:100%;height:auto;overflow:visible}
figure svg text{white-space:pre}
.narrow{display:none}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;list-style:none;margin:.8rem 0 0;padding:0;font-size:.9rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.legend svg,.legend i{flex:none;width:14px;height:14px}
.legend i{border-radius:2px}
.steps{display:inline-flex}.steps i{border-radius:0;width:12px}
.remarks{margin:.8rem 0;padding:0;list-style:none;max-width:60rem}
.remarks li{margin:.35rem 0;padding-left:.8rem;border-left:3px solid var(--other);overflow-wrap:anywhere}
details{margin:.6rem 0}
summary{cursor:pointer;color:var(--accent);width:fit-content}
footer{padding-top:2rem;padding-bottom:2rem;font-size:.85rem}
@media (max-width:1000px){
header,nav,main,footer{padding-left:1rem;padding-right:1rem}
header{display:block;padding-top:1.2rem}
#theme{margin-top:.7rem}
td.wrap{min-width:13rem}
h1{font-size:1.4rem}
.wide{display:none}
.narrow{display:block;max-width:480px}
.narrow svg{width:100%}
}
@media print{nav,#theme{display:none}section{break-inside:avoid-page}}
`;
