-- Functions one after the other, each with a loop that is traced.
local sum = 0
for i = 1, 400 do
  local f = loadstring("local n = ... local s = 0 for i = 1, 200 do s = s + i * n + " .. i .. " end return s")
  for call = 1, 3 do sum = sum + f(call) end
end
print(sum)
