-- Notes that the server holds everything up to now.
-- KEYS[1]  the beat, a string: epoch milliseconds of this server's clock
-- ARGV[1]  the beat that the caller saw before it looked; 0 where it saw none
-- Returns the present time in epoch milliseconds; 0, and notes nothing, where the beat is lower than that or gone: the
-- server came back with older data since, and nobody has looked at it yet.
local seen = tonumber(ARGV[1])
local before = whole(get_text(KEYS[1]) or "") or 0
if before < seen then return 0 end
local clock = redis.call("TIME")
local present = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
redis.call("SET", KEYS[1], string.format("%.0f", present))
return present
