local left = redis.call('PTTL', KEYS[1])
if left == -2 then return 0 end
if ARGV[1] == '0' then redis.call('PERSIST', KEYS[1])
elseif left >= 0 and left < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 1
