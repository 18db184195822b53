-- Writes a status where its (generation, version) is greater than what is there.
-- KEYS[1]  status key, a string of JSON
-- ARGV[1]  generation
-- ARGV[2]  version
-- ARGV[3]  the record as a JSON object, not empty, without its closing brace; `updated_at` is added here as text,
--          because decoding and encoding again would turn an empty array of a result into an object
-- ARGV[4]  seconds until it expires, 0 for never
-- ARGV[5]  channel of the subject
-- ARGV[6]  channel of the tenant
-- ARGV[7]  the message's own fields as a JSON object, not empty, without its closing brace; the record's follow
-- Returns 1 where it was written and published, 0 where something as new or newer is there.
local text = get_text(KEYS[1])
if text then
  local _, generation, version = read_status(text)
  if generation and compare(tonumber(ARGV[1]), tonumber(ARGV[2]), generation, version or -1) <= 0 then return 0 end
end

local record = ARGV[3] .. ',"updated_at":"' .. now() .. '"}'
if ARGV[4] == "0" then
  redis.call("SET", KEYS[1], record)
else
  redis.call("SET", KEYS[1], record, "EX", ARGV[4])
end
publish(ARGV[5], ARGV[6], ARGV[7] .. "," .. string.sub(record, 2))
return 1
