<?php
// Patterns one after the other: more than PHP keeps.
$matches = 0;
for ($i = 0; $i < 6000; $i++) $matches += preg_match("/a(b|c)*{$i}[0-9]+x/", "abcb{$i}99x");
echo "$matches\n";
