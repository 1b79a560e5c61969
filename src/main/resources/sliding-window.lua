-- Counts a request among those of the window that ends now, unless these are as many as are let in.
-- KEYS[1]  a sorted set: the requests that were let in, by when (ms)
-- ARGV     how many are let in during a window; its length (ms); a name no other request has
-- returns  how many more are let in, or below 0: -(ms until one more is)
local key = KEYS[1]
local limit = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local request = ARGV[3]

-- Redis's clock, the same for every gateway: the time that is left until one far away. TIME would be a
-- right of its own, beyond +@read.
local far = 1000000000000000
if redis.call('PEXPIREAT', key, far) == 0 then
  redis.call('ZADD', key, 0, request)
  redis.call('PEXPIREAT', key, far)
end
local now = far - redis.call('PTTL', key)

-- a value of a foreign type is no count
if type(redis.pcall('ZREMRANGEBYSCORE', key, '-inf', '(' .. now - window)) == 'table' then
  redis.call('DEL', key)
end
local count = redis.call('ZCARD', key)
if count >= limit then
  -- left behind where the clock has gone back by more than a window
  count = count - redis.call('ZREMRANGEBYSCORE', key, now + window + 1, '+inf')
end
local left = limit - count - 1
if left < 0 then
  left = now - window - 1 - redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
else
  redis.call('ZADD', key, now, request)
end
redis.call('PEXPIRE', key, window)
return left
