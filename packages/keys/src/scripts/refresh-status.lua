-- Slides the expiry of a status under work; does nothing to any other.
-- KEYS[1]  status key, a string of JSON
-- ARGV[1]  generation
-- ARGV[2]  seconds until it expires
-- Returns 1 where the expiry was set; 0 where the key is missing, unreadable, of another generation, or not at work.
local text = get_text(KEYS[1])
if not text then return 0 end
local status, generation = read_status(text)
if generation ~= tonumber(ARGV[1]) then return 0 end
if status ~= "PROCESSING" and status ~= "RUNNING" then return 0 end
return redis.call("EXPIRE", KEYS[1], ARGV[2])
