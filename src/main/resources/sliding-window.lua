-- Counts a request among those of the window that ends now, unless these are as many as are let in. With it, it
-- counts the next requests of a client that sends many.
-- KEYS[1]  a sorted set: the requests that were let in, by when (ms)
-- ARGV     how many are let in during a window; its length (ms); a name no other request has; how many to count at
--          most; how long the next ones may take to come (ms); that and the length of the window; the names of those
--          that were counted but did not come
-- returns  how many it has counted; how many more are let in, or below 0: -(ms until one more is)
-- Redis writes a Lua number that it receives, and Lua one that it concatenates, with 17 or 14 digits of a fraction.
-- That costs more than the command. So numbers stay texts, and text() writes two integers of 32 bits each.
local key = KEYS[1]
local window = ARGV[2]
local request = ARGV[3]
local wanted = tonumber(ARGV[4])
local ahead = ARGV[5]
local kept = ARGV[6]
local call = redis.call

-- Redis's clock, the same for every gateway: the time that is left until one far away. TIME would be a
-- right of its own, beyond +@read.
local far = '1000000000000000'

local function text(time)
  return string.format('%d%06d', math.floor(time / 1000000), time % 1000000)
end

local function count()
  if call('PEXPIREAT', key, far) == 0 then
    call('ZADD', key, '0', request)
    call('PEXPIREAT', key, far)
  end
  local now = far - call('PTTL', key)
  call('ZREMRANGEBYSCORE', key, '-inf', '(' .. text(now - window))
  local count = call('ZCARD', key)
  local limit = tonumber(ARGV[1])
  if count >= limit then
    -- left behind where the clock has gone back by more than a window
    count = count - call('ZREMRANGEBYSCORE', key, text(now + window + 1), '+inf')
  end
  call('PEXPIRE', key, kept)
  if count >= limit then
    return {0, now - window - 1 - call('ZRANGE', key, '0', '0', 'WITHSCORES')[2]}
  end
  -- One of 64 at most: the other gateways need the rest of the limit.
  local counted = math.max(1, math.min(wanted, math.floor((limit - count) / 64)))
  if counted == 1 then
    call('ZADD', key, text(now), request)
  else
    local members = {text(now), request}
    -- They leave the window as if they had come at the latest moment, so that no window has more than the limit.
    local latest = text(now + ahead)
    for next = 1, counted - 1 do
      members[#members + 1] = latest
      members[#members + 1] = request .. '.' .. next
    end
    call('ZADD', key, unpack(members))
  end
  return {counted, limit - count - counted}
end

-- Moves the requests that did not come out of the window, and adds nothing. A Redis that is full refuses it, as it
-- refuses no later command of a script that has written. A value of a foreign type is no count.
local leaving = {'0', request}
for i = 7, #ARGV do
  leaving[#leaving + 1] = '0'
  leaving[#leaving + 1] = ARGV[i]
end
local first = redis.pcall('ZADD', key, 'XX', unpack(leaving))
if type(first) == 'table' then
  if not string.find(first.err, 'WRONGTYPE', 1, true) then
    return first
  end
  call('DEL', key)
end

local counted, answer = pcall(count)
if counted then
  return answer
end
redis.pcall('PEXPIRE', key, window)
return type(answer) == 'table' and answer or redis.error_reply(answer)
