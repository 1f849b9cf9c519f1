select partner, period, place, max(value) as value
from observations
group by all;
