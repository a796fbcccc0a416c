# Methods one after the other, each called until it is compiled.
sum = 0
200.times do |i|
  eval("def f#{i}(n); s = 0; k = 0; while k < 50; s += k * n; k += 1; end; s; end")
  100.times { |call| sum += send("f#{i}", call) }
end
puts sum
