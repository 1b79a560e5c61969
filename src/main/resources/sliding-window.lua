-- Counts a request among those of the window that ends now, unless these are as many as are let in.
-- KEYS[1]  a sorted set: the requests that were let in, by when (ms)
-- ARGV     how many are let in during a window; its length (ms); a name no other request has
-- returns  how many more are let in, or below 0: -(ms until one more is)
local key = KEYS[1]
local limit = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local request = ARGV[3]

-- Redis's clock, the same for every gateway. From 7 on TIME is a right of its own, that +@read does not
-- hold, but when a key expires can be read.
local now
if redis.REDIS_VERSION_NUM then
  if redis.call('PEXPIRE', key, window) == 0 then
    redis.call('ZADD', key, 0, request)
    redis.call('PEXPIRE', key, window)
  end
  now = redis.call('PEXPIRETIME', key) - window
else
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- a value of a foreign type is no count
if type(redis.pcall('ZREMRANGEBYSCORE', key, '-inf', '(' .. now - window)) == 'table' then
  redis.call('DEL', key)
end
local count = redis.call('ZCARD', key)
if count >= limit then
  -- left behind where the clock has gone back by more than a window
  count = count - redis.call('ZREMRANGEBYSCORE', key, now + window + 1, '+inf')
end
if count >= limit then
  return now - window - 1 - redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
end
redis.call('ZADD', key, now, request)
redis.call('PEXPIRE', key, window)
return limit - count - 1
