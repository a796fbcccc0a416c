<?php
// Functions one after the other, each with a loop that is compiled.
$sum = 0;
for ($i = 0; $i < 300; $i++) {
    eval("function f$i(\$n) { \$s = 0; for (\$k = 0; \$k < 500; \$k++) \$s += \$k * \$n; return \$s; }");
    $f = "f$i";
    for ($call = 0; $call < 5; $call++) $sum += $f($call);
}
echo "$sum\n";
