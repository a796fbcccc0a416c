// Functions one after the other, each called until it is compiled.
let sum = 0;
for (let i = 0; i < 3000; i++) {
  const f = new Function('a', 'b', `return a * ${i} + b`);
  for (let call = 0; call < 2000; call++) sum += f(call, i);
}
console.log(sum);
